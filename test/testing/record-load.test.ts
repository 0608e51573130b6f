/** What load has decided is recorded, and played the same on a machine with nothing to do. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { loadControl } from '../../src/filters/load-control.ts'
import { type Filter, postern } from '../../src/index.ts'
import { loadMeter } from '../../src/load/index.ts'
import type { LoadMeter } from '../../src/model/load.ts'
import { clock } from '../../src/testing/clock.ts'
import { record } from '../../src/testing/record.ts'
import type { Recording } from '../../src/testing/recording.ts'
import { replay } from '../../src/testing/replay.ts'
import { zone } from '../../src/testing/zone.ts'

const scanner: Filter = {
  name: 'scanner',
  order: 'late',
  message: message => message.callExternal('scanner', async () => ({ reason: 'looked' })),
}

const gatewayWith = (load: LoadMeter, most = 10) =>
  postern({
    name: 'mx.example.net',
    dns: zone({}),
    load,
    notify: () => undefined,
    filters: loadControl({ filters: [], expensive: [scanner], admission: { max: most, min: most, maxQueue: 0 } }),
  })

const idle = () => loadMeter({ clock: clock(), process: { busy: () => 0, memory: () => 0 } })
const busy = (): LoadMeter => {
  const load = idle()
  return { ...load, level: 'red', now: () => ({ ...load.now(), level: 'red', value: 0.95, parts: { busy: 0.95 } }) }
}

test('a client without a slot, a client that was deferred at MAIL, and a client that was examined', async () => {
  const recordings: Recording[] = []
  const play = async (load: LoadMeter, before = 0): Promise<number> => {
    const plain = gatewayWith(load)
    for (let index = 0; index < before; index += 1) await plain.open({ ip: '192.0.2.7' }).connect()
    const gateway = record(plain, recording => {
      recordings.push(JSON.parse(JSON.stringify(recording)))
    })
    const session = gateway.open({ ip: '192.0.2.1' })
    const { reply } = await session.connect()
    if (reply.code === 421) {
      session.close()
      return reply.code
    }
    await session.helo('client.example')
    const mail = await session.mail('a@example.org')
    const rcpt = await session.rcpt('b@example.net')
    const data = rcpt.reply.code < 400 ? await session.data(Readable.from([Buffer.from('From: a@b.c\r\n\r\n')])) : mail
    session.close()
    return (rcpt.reply.code < 400 ? data : rcpt).reply.code
  }
  expect([await play(idle(), 7), await play(busy()), await play(idle())]).toEqual([421, 451, 250])
  await expect.poll(() => recordings.length).toBe(3)
  for (const recording of recordings) {
    const { steps } = await replay(recording, gatewayWith(idle()))
    expect(steps.flatMap(({ differences }) => differences)).toEqual([])
  }
})
