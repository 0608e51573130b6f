/** The cache of answers is bounded in entries, bytes and time. */
import { expect, test } from 'vitest'
import { answered } from '../../src/dns/answer.ts'
import { AnswerCache } from '../../src/dns/cache.ts'
import { handClock } from '../support/hand-clock.ts'

const made = ({ entries = 10, bytes = 1_000_000 } = {}) => {
  const clock = handClock()
  return { clock, memory: new AnswerCache({ entries, bytes, clock }) }
}

test('an answer expires after its TTL', () => {
  const { clock, memory } = made()
  memory.set('A a.example', answered(['192.0.2.1']), 1_000)
  clock.pass(999)
  expect(memory.get('A a.example')).toEqual(answered(['192.0.2.1']))
  clock.pass(1)
  expect(memory.get('A a.example')).toBeUndefined()
  expect([memory.size, memory.bytes]).toEqual([0, 0])
})

test('an answer with TTL 0 is not stored, and removes the previous one', () => {
  const { memory } = made()
  memory.set('A a.example', answered(['192.0.2.1']), 1_000)
  memory.set('A a.example', answered(['192.0.2.2']), 0)
  expect([memory.get('A a.example'), memory.size, memory.bytes]).toEqual([undefined, 0, 0])
})

test('the least recently used answer is evicted', () => {
  const { memory } = made({ entries: 2 })
  memory.set('a', { kind: 'nodata' }, 1_000)
  memory.set('b', { kind: 'nodata' }, 1_000)
  memory.get('a')
  memory.set('c', { kind: 'nodata' }, 1_000)
  expect(['a', 'b', 'c'].map(key => memory.get(key)?.kind)).toEqual(['nodata', undefined, 'nodata'])
})

test('a hundred thousand random names and long texts never exceed the limits', () => {
  const { memory } = made({ entries: 1_000, bytes: 200_000 })
  const text = 'x'.repeat(5_000)
  for (let index = 0; index < 100_000; index += 1) {
    memory.set(`TXT ${index}.example`, index % 3 === 0 ? answered([[text, text]]) : { kind: 'nxdomain' }, 60_000)
    if (index % 1_000 !== 0) continue
    expect(memory.size).toBeLessThanOrEqual(1_000)
    expect(memory.bytes).toBeLessThanOrEqual(200_000)
  }
  expect(memory.size).toBeGreaterThan(10)
})

test('an answer larger than the cache is not stored, and evicts nothing', () => {
  const { memory } = made({ bytes: 2_000 })
  memory.set('small', { kind: 'nodata' }, 1_000)
  memory.set('large', answered([['x'.repeat(3_000)]]), 1_000)
  expect([memory.get('small')?.kind, memory.get('large')]).toEqual(['nodata', undefined])
})
