import { expect, test } from 'vitest'
import { gtube } from '../../../src/filters/content/gtube.ts'
import { quarantine, reject } from '../../../src/model/finding.ts'
import { message } from '../../../src/testing/message.ts'
import { probe } from '../../../src/testing/probe.ts'

const mark = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'
const reason = 'the text contains the test string GTUBE'

test('a message with the test string is refused, in any text part', async () => {
  const found = [reject('5.7.1', reason, { rule: 'gtube' })]
  expect(await probe(gtube(), { message: message({ text: `Hello\n${mark}\n` }) })).toEqual(found)
  expect(await probe(gtube(), { message: message({ html: `<p>${mark}</p>` }) })).toEqual(found)
  expect(await probe(gtube({ verdict: 'quarantine' }), { message: message({ text: mark }) })).toEqual([
    quarantine(reason, { rule: 'gtube' }),
  ])
})

test('a test string with a wrong letter is ignored', async () => {
  expect(await probe(gtube(), { message: message({ text: mark.replace('GTUBE', 'GTUBF') }) })).toEqual([])
})
