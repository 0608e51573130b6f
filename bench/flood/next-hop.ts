/** The mail server behind the gateway, in a separate process: takes all, and counts by kind what it was given. */
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { spentNow } from './spent.ts'
import type { HopSpent } from './words.ts'

const arrived: Record<string, number> = {}

const server = new SMTPServer({
  name: 'inside.example.org',
  logger: false,
  disableReverseLookup: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  onData: (stream, _session, done) => {
    let kind = ''
    stream.on('data', (chunk: Buffer) => {
      if (kind === '') kind = /^X-Kind: (\w+)/m.exec(chunk.toString('latin1'))?.[1] ?? ''
    })
    stream.on('end', () => {
      arrived[kind] = (arrived[kind] ?? 0) + 1
      done()
    })
  },
})
server.on('error', () => undefined)
server.listen(0, '127.0.0.1', () => process.send?.(server.server.address() as AddressInfo))
process.on('message', () => {
  const said: HopSpent = { ...spentNow(), arrived }
  process.send?.(said)
})
process.on('disconnect', () => process.exit())
