import { Readable } from 'node:stream'
import type { Gateway } from '../../src/index.ts'

/** Sends one message through the whole gateway. @returns the decision, and the reference of its session */
export async function receive(gateway: Gateway, message: Buffer) {
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('client.example')
  await session.mail('a@example.org')
  await session.rcpt('b@example.net')
  const outcome = await session.data(Readable.from([message]))
  session.close()
  return { outcome, ref: /ref=(\w+)/.exec(outcome.reply.text)?.[1] ?? '' }
}
