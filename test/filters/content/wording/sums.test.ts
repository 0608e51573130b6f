/** Which sums of money are large. */
import { expect, test } from 'vitest'
import { largeSum } from '../../../../src/filters/content/wording/sums.ts'
import { growth } from '../../../support/cpu.ts'

test.each([
  ['US$8,200,000.00', 'US$8,200,000.00'],
  ['the sum of $12.900,000,00 in cash', '$12.900,000,00'],
  ['12.500.000 euros', '12.500.000 euros'],
  ['USD 150 000.50', 'USD 150 000.50'],
  ['$5.5 million', '$5.5 million'],
  ['ten million united states dollars', 'million united states dollars'],
])('a sum of at least 100,000: %s', (text, found) => {
  expect(largeSum(text)).toBe(found)
})

test.each([
  'it costs $1,299.00',
  'invoice of 10 000,00 EUR',
  'call 1 800 555 1234',
  'order 4000123456 is paid',
  'a million thanks to all of you',
  'USD 99,999.99',
])('no large sum: %s', text => {
  expect(largeSum(text)).toBeUndefined()
})

test('digits without an end are searched in linear time', async () => {
  const read = (length: number): void => {
    const text = '$1 million '.repeat(length / 22) + '1,'.repeat(length / 4)
    for (let round = 0; round < 200; round += 1) largeSum(text)
  }
  expect(await growth(read, { small: 2000, large: 16_000, enough: 24 })).toBeLessThan(24)
})
