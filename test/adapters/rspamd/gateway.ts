/** The gateway that the tests of Rspamd's protocol speak to, and the messages that they send. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type RspamdOptions, rspamd } from '../../../src/adapters/rspamd/index.ts'
import { defer, type Filter, points, postern, reject } from '../../../src/index.ts'
import { zone } from '../../../src/testing/zone.ts'
import type { TrainingExample } from '../../../src/types.ts'

/** What was learned so far. */
export const examples: Pick<TrainingExample, 'label' | 'by'>[] = []
const filters: readonly Filter[] = [
  { name: 'client', connect: ({ ip }) => points(1, `from ${ip}`) },
  {
    name: 'words',
    header: ({ header }) => /offer/i.test(header.get('subject') ?? '') && points(8, 'an offer', { rule: 'offer' }),
  },
  {
    name: 'who',
    message: ({ reversePath, forwardPaths, helo, user }) =>
      points(0, JSON.stringify({ reversePath, forwardPaths, helo, user })),
  },
  { name: 'no', header: ({ header }) => header.get('x-no') !== undefined && reject('5.7.1', 'it says no') },
  { name: 'later', header: ({ header }) => header.get('x-later') !== undefined && defer('4.7.1', 'it says later') },
  { name: 'learner', onFeedback: ({ label, by }) => void examples.push({ label, by }) },
]
export const gateway = postern({ name: 'mx.example.net', dns: zone({}), filters })

/** A server on a free port of the loopback. */
export async function opened(options: RspamdOptions = {}) {
  const server = rspamd(gateway, options)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

export const plain =
  'From: alice@example.org\nTo: bob@example.net\nSubject: Hello\nMessage-ID: <1@example.org>\n\nHello\n.\nHello\n'
export const offer = plain.replace('Hello', 'An offer')
