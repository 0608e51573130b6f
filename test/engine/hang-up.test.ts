/** Clients that leave while something is looked up: what is no longer needed is given up without any error. */
import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { greylist } from '../../src/filters/greylist.ts'
import { rdns } from '../../src/filters/rdns.ts'
import { type Filter, postern } from '../../src/index.ts'
import type { Resolver } from '../../src/model/resolver.ts'
import { clock } from '../../src/testing/clock.ts'

const NAMES = ['a.example.org', 'b.example.org', 'c.example.org']

/** The client has several names; every other answer stays away until it is not needed any more. */
const slow = (pending: () => void): Resolver => ({
  resolve: (_, type, { signal } = {}) => {
    if (type === 'PTR') return Promise.resolve({ kind: 'answer', records: NAMES, ttl: 60 } as never)
    pending()
    const { promise, resolve } = Promise.withResolvers<never>()
    signal?.addEventListener('abort', () => resolve({ kind: 'failure', cause: 'aborted' } as never))
    return promise
  },
})

/** Rejections without a handler, each of which would end the process. */
function unhandled(): readonly unknown[] {
  const found: unknown[] = []
  const listener = (error: unknown): void => void found.push(error)
  process.on('unhandledRejection', listener)
  onTestFinished(() => void process.off('unhandledRejection', listener))
  return found
}

const turns = async (): Promise<void> => {
  for (let count = 0; count < 10; count++) await turn()
}

test.for<readonly [string, Filter]>([
  ['its names', rdns()],
  ['the sender for greylisting', greylist({ from: -100, to: 100 })],
])('a client that leaves while DNS is asked for %s leaves no error behind', async ([, filter]) => {
  const found = unhandled()
  let asked = 0
  const dns = slow(() => {
    asked += 1
  })
  const gateway = postern({ filters: [filter], dns, clock: clock(), name: 'mx.example.org', notify: () => undefined })
  const session = gateway.open({ ip: '192.0.2.1' })
  const verbs = [
    session.connect(),
    session.helo('mail.example.org'),
    session.mail('a@example.org'),
    session.rcpt('b@example.net'),
  ]
  await turns()
  expect(asked).toBeGreaterThan(0)
  session.close()
  await Promise.all(verbs)
  await turns()
  expect(found).toEqual([])
})
