import { expect, test } from 'vitest'
import { decodeWords } from '../../../src/mime/header/words.ts'
import { growth } from '../../support/cpu.ts'

test.for<[value: string, text: string]>([
  ['plain', 'plain'],
  ['=?utf-8?q?gr=C3=B6=C3=9Fe?=', 'größe'],
  ['=?UTF-8?B?Z3LDtsOfZQ==?=', 'größe'],
  ['=?iso-8859-1?Q?a_b=E9?= and more', 'a bé and more'],
  ['=?utf-8?q?one?= =?utf-8?q?two?=', 'onetwo'],
  ['=?utf-8?q?one?= two =?utf-8?q?three?=', 'one two three'],
  ['=?utf-8?b?8J+Y?= =?utf-8?b?gA==?=', '😀'],
  ['=?gb2312?b?1tDOxA==?=', '中文'],
  ['=?utf-8*en?q?language?=', 'language'],
  ['=?utf-8?q?=zz=4?=', '=zz=4'],
  ['=?x-unknown?q?abc?= =?utf-8?q?d?=', '=?x-unknown?q?abc?= d'],
  ['=?utf-7?q?+ADw-?=', '=?utf-7?q?+ADw-?='],
  ['=?utf-8?q?never closed', '=?utf-8?q?never closed'],
])('%j is shown as %j', ([value, text]) => {
  expect(decodeWords(value)).toBe(text)
})

test('the cost of incomplete encoded words, repeated, grows with their number and no faster', async () => {
  for (const unit of ['=?', '=?a?q?', '=?utf-8?q?x', '=?utf-8?q?x?= ']) {
    const read = (length: number) => decodeWords(unit.repeat(Math.ceil(length / unit.length)))
    expect(await growth(read, { small: 125_000, large: 500_000, enough: 12, floor: 2.5 })).toBeLessThan(12)
  }
})
