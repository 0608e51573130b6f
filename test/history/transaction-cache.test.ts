/** What is kept of transactions until their recipients come. */
import { expect, test } from 'vitest'
import { TransactionCache } from '../../src/history/transaction-cache.ts'
import type { RecipientEvent, TransactionEvent } from '../../src/model/events.ts'

const ofTransaction = (ref: string, subject: string): TransactionEvent =>
  ({ type: 'transaction', ref, transaction: 1, subject, from: 'a@example.org', findings: [], score: 3 }) as never
const ofRecipient = (ref: string): RecipientEvent => ({ type: 'recipient', ref, transaction: 1 }) as never

test('only what rows of recipients need is kept', () => {
  const cache = new TransactionCache()
  cache.add(ofTransaction('A', 'a letter'))
  expect(cache.of(ofRecipient('A'))).toEqual({ subject: 'a letter', from: 'a@example.org' })
  expect(cache.of(ofRecipient('B'))).toBeUndefined()
})

test('long subjects are bounded in characters: the oldest transactions go first', () => {
  const cache = new TransactionCache()
  const subject = 'x'.repeat(1_000_000)
  for (const ref of ['A', 'B', 'C', 'D', 'E']) cache.add(ofTransaction(ref, subject))
  const kept = ['A', 'B', 'C', 'D', 'E'].filter(ref => cache.of(ofRecipient(ref)))
  expect(kept).toEqual(['B', 'C', 'D', 'E'])
  // The same event again takes no more room.
  for (let time = 0; time < 9; time += 1) cache.add(ofTransaction('E', subject))
  expect(cache.of(ofRecipient('B'))).toBeDefined()
})
