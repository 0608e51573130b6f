/** Misuse that must not compile. `npm run types` is what proves it: an unused `@ts-expect-error` is an error there. */
import { expect, expectTypeOf, test } from 'vitest'
import { dkim, rdns, spf } from '../../src/facts/index.ts'
import {
  type Connection,
  defer,
  type Fact,
  type Filter,
  fact,
  type Message,
  reject,
  type Transaction,
} from '../../src/index.ts'

const misuse: readonly Filter[] = [
  // @ts-expect-error the envelope is not known at connect
  { name: 'envelope', connect: ({ reversePath }) => reversePath === '' && reject('5.7.1', 'no') },
  // @ts-expect-error dkim belongs to the message
  { name: 'early', mail: async transaction => void (await transaction.ask(dkim)) },
  // @ts-expect-error there is no such stage
  { name: 'misspelt', recpt: () => undefined },
  // @ts-expect-error findings are made with words, not strings
  { name: 'words', connect: () => 'reject' },
  {
    name: 'writes',
    helo: greeting => {
      // @ts-expect-error contexts are never written to
      greeting.helo = 'other'
    },
  },
]

test('a refusal takes a permanent status, and a deferral a transient one', () => {
  // @ts-expect-error 4.x.x is not permanent
  expect(reject('4.7.1', 'no').verdict).toBe('reject')
  // @ts-expect-error 5.x.x is not transient
  expect(defer('5.7.1', 'no').verdict).toBe('defer')
  expect(misuse).toHaveLength(5)
})

test('a fact can be asked at its stage and at any later one', () => {
  expectTypeOf(fact('f', 'mail', ({ reversePath }) => reversePath.length)).toEqualTypeOf<Fact<Transaction, number>>()
  expectTypeOf<Message['ask']>().toBeCallableWith(rdns)
  expectTypeOf<Transaction['ask']>().toBeCallableWith(spf)
  expectTypeOf<Fact<Connection, 1>>().toExtend<Fact<Message, 1>>()
  expectTypeOf<Fact<Message, 1>>().not.toExtend<Fact<Connection, 1>>()
})
