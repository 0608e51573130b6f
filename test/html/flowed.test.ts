import { expect, test } from 'vitest'
import { countDeceptiveCharacters } from '../../src/html/characters.ts'
import { unflow } from '../../src/html/flowed.ts'

test.for<[text: string, delSp: boolean, joined: string]>([
  ['one \r\ntwo\r\nthree', false, 'one two\nthree'],
  ['one \r\ntwo', true, 'onetwo'],
  ['> one \r\n> two\r\nthree', false, '> one two\nthree'],
  ['> one \r\n>> two', false, '> one \n>> two'],
  [' >one', false, '>one'],
  ['-- \r\nname', false, '-- \nname'],
  ['one \r\n', false, 'one '],
])('the lines of %j are joined (DelSp %s)', ([text, delSp, joined]) => {
  expect(unflow(text, delSp)).toBe(joined)
})

test.for<[text: string, counts: Readonly<Record<string, number>>]>([
  ['plain words', { invisible: 0, bidi: 0, confusable: 0 }],
  ['Привет, мир', { invisible: 0, bidi: 0, confusable: 0 }],
  ['p\u200bass\u200bword', { invisible: 2, bidi: 0, confusable: 0 }],
  ['👨\u200d👩\u200d👧 and می\u200cخواهم', { invisible: 0, bidi: 0, confusable: 0 }],
  ['a\u202eb\u202c', { invisible: 0, bidi: 1, confusable: 0 }],
  ['P\u200e\u200fri\u200em\u034fe', { invisible: 1, bidi: 3, confusable: 0 }],
  ['طلب \u2068Bob\u2069 رقم \u202a88213\u202c', { invisible: 0, bidi: 0, confusable: 0 }],
  ['10 μL, 3 μg TNFα, IFNγ, NFκB and λmax', { invisible: 0, bidi: 0, confusable: 0 }],
  ['your accοunt', { invisible: 0, bidi: 0, confusable: 1 }],
  ['раypal and pаypal', { invisible: 0, bidi: 0, confusable: 3 }],
  ['𝐛𝐚𝐧𝐤', { invisible: 0, bidi: 0, confusable: 4 }],
])('in %j the deceptive characters are counted', ([text, counts]) => {
  expect(countDeceptiveCharacters(text)).toEqual(counts)
})
