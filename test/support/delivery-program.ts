/** Our SMTP server, an empty gateway and a delivery in a separate process, so that tests can kill it. */
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { postern } from '../../src/engine/gateway.ts'
import { systemClock } from '../../src/model/services.ts'
import { createDelivery } from '../../src/relay/delivery/delivery.ts'
import type { DeliveryOptions } from '../../src/relay/delivery/types.ts'
import { smtpServer } from '../../src/smtp/index.ts'
import { sqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { zone } from '../../src/testing/zone.ts'

export interface ProgramOptions extends DeliveryOptions {
  /** The file of the store. */
  readonly store: string
}

/** A line that survives a kill right behind it. */
const tell = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`)

const { store: file, routes } = JSON.parse(process.argv[2] ?? '{}') as ProgramOptions
const store = sqliteStore({ file, notify: () => undefined })
await store.run([{ op: 'get', key: 'start' }])
const gateway = postern({ filters: [], name: 'mx.example.org', dns: zone({}) })
const delivery = await createDelivery(
  { routes },
  {
    name: 'mx.example.org',
    clock: systemClock,
    notify: () => undefined,
    load: gateway.services.load,
    store,
    onDelivery: (_ref, recipient, { result, text }) => tell({ recipient, result, text }),
  },
)
const { server } = smtpServer({
  gateway,
  name: 'mx.example.org',
  greetDelay: 0,
  dsn: true,
  limits: { sessions: { perAddress: 1_000, perNetwork: 1_000 } },
  recipient: (forwardPath, { reversePath }) => delivery.checkRecipient({ forwardPath, reversePath }),
  deliver: message => delivery.deliver(message),
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
tell({ port: (server.address() as AddressInfo).port })
