/** The checks by which faults are judged find what they are there to find. */
import { expect, test } from 'vitest'
import { letter } from '../relay/relay-process.ts'
import { answersOf, type Sent, wrongs } from './mail.ts'

const sent = (id: string, reply: string): Sent => ({ id, reply, took: 1 })
const there = (id: string) => `Return-Path: <>\r\n${letter(id)}`

test('what was answered 250 and is lost, twice there or cut short is wrong', () => {
  expect(wrongs([sent('a', '250 2.6.0 fine'), sent('b', '451 4.3.0 later')], [there('a')])).toEqual([])
  expect(wrongs([sent('a', '250 2.6.0 fine')], [])).toEqual(['a was answered 250 and is lost'])
  expect(wrongs([sent('a', '250 2.6.0 fine')], [there('a'), there('a')])).toEqual(['a is there twice'])
  expect(wrongs([sent('a', '451 4.3.0 later')], [there('a').slice(0, -9)])).toEqual(['a is cut short'])
})

test('answers are counted by code and status', () => {
  const all = [
    sent('a', '250 2.6.0 fine'),
    sent('b', '451 4.3.0 later'),
    sent('c', '451 4.3.0 now'),
    sent('d', 'closed'),
  ]
  expect(answersOf(all)).toEqual({ 250: 1, '451 4.3.0': 2, closed: 1 })
})
