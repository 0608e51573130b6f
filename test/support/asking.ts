/** A message, or an earlier stage of one, in a world made of a zone: what facts are asked in by their tests. */
import { Readable } from 'node:stream'
import type { Fact } from '../../src/core/fact.ts'
import type { Message } from '../../src/core/stage.ts'
import { type Clock, systemClock } from '../../src/core/world.ts'
import type { Resolver } from '../../src/dns/resolver.ts'
import { headerOf } from '../../src/mime/collect.ts'
import { worldOf } from '../../src/testing/world.ts'
import { zone } from '../../src/testing/zone.ts'

export interface Setting {
  readonly dns?: Resolver
  readonly ip?: string
  readonly helo?: string
  readonly reversePath?: string
  readonly clock?: Clock
  readonly signal?: AbortSignal
  /** The whole message; line ends may be LF. */
  readonly message?: string | Buffer
  /** What is known already. */
  readonly facts?: readonly (readonly [fact: Fact<never, unknown>, value: unknown])[]
}

/** Every fact is found once, as in a session. */
export function messageIn({
  dns = zone({}),
  ip = '192.0.2.1',
  helo = 'mx.example.org',
  reversePath = '',
  clock = systemClock,
  signal = new AbortController().signal,
  message = 'From: alice@example.org\n\n',
  facts = [],
}: Setting): Message {
  const bytes = typeof message === 'string' ? Buffer.from(message.replace(/\r?\n/g, '\r\n'), 'latin1') : message
  const known = new Map<unknown, Promise<unknown>>(facts.map(([fact, value]) => [fact, Promise.resolve(value)]))
  const context: Message = {
    ip,
    ref: 'TEST',
    spokeEarly: false,
    ...worldOf({ dns, clock }),
    signal,
    helo,
    reversePath,
    utf8: false,
    forwardPaths: ['bob@example.net'],
    header: headerOf(bytes),
    size: bytes.length,
    open: (start = 0) => Readable.from([bytes.subarray(start)]),
    ask: <T>(fact: Fact<Message, T>): Promise<T> => {
      const found = known.get(fact) ?? (async () => fact.find(context))()
      known.set(fact, found)
      return found as Promise<T>
    },
  }
  return context
}
