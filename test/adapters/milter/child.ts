/** A milter in a separate process, to be killed: it takes a while for each message. */
import { setTimeout as sleep } from 'node:timers/promises'
import { milter } from '../../../src/adapters/milter/index.ts'
import { points, postern } from '../../../src/index.ts'
import { zone } from '../../../src/testing/zone.ts'

const slow = async () => {
  await sleep(20)
  return points(0, 'looked at')
}
const gateway = postern({
  name: 'mx.example.net',
  dns: zone({}),
  filters: [{ name: 'slow', rcpt: slow, message: slow }],
})
milter(gateway).listen(Number(process.argv[2]), '127.0.0.1')
