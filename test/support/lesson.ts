/** A message of which a filter is taught, with facts that are known of it. */
import { Readable } from 'node:stream'
import type { Fact } from '../../src/core/fact.ts'
import { openScope } from '../../src/core/memory.ts'
import type { Connection, Header, Message } from '../../src/core/stage.ts'
import type { World } from '../../src/core/world.ts'
import { headerOf } from '../../src/mime/collect.ts'
import type { Store } from '../../src/store/store.ts'
import { worldOf } from '../../src/testing/world.ts'

const octets = Buffer.from('From: alice@example.com\r\n\r\nHello\r\n')

export function messageIn(
  facts: readonly (readonly [fact: Fact<never, unknown>, value: unknown])[],
  store: Store,
): Message & World {
  const world = worldOf({ store })
  const connection = openScope<Connection>('connect', undefined, {
    ...{ ip: '0.0.0.0', ref: 'LESSON', spokeEarly: false },
    ...world,
  })
  const greeting = openScope('helo', connection, { helo: '' })
  const transaction = openScope('mail', greeting, { reversePath: '', utf8: false })
  const header = openScope<Header>('header', transaction, { forwardPaths: [], header: headerOf(octets) })
  const message = openScope<Message>('message', header, {
    size: octets.length,
    open: () => Readable.from([octets]),
  })
  for (const [fact, value] of facts) message.put(fact, Promise.resolve(value))
  return message.context as Message & World
}
