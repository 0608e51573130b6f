/** What would have been caught and held: each message is judged by what was learned before it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Outlook } from '../../../src/cli/learn/outlook.ts'
import { picture } from '../../../src/cli/learn/picture.ts'
import { reportLines } from '../../../src/cli/learn/report.ts'

test('there is no threshold before the target can be kept, and then the largest honest margins are beyond it', () => {
  const outlook = new Outlook(0.1)
  for (let count = 0; count < 8; count += 1) outlook.add('ham', -count)
  expect(outlook.threshold).toBeUndefined()
  outlook.add('ham', -8)
  // Of nine honest messages none may be taken: one in ten is what nine guarantee.
  expect(outlook.threshold).toBeCloseTo(0)
  for (let count = 9; count < 19; count += 1) outlook.add('ham', -count)
  expect(outlook.threshold).toBe(-1)
})

test('the share of honest mail that is taken stays at the target when mail comes in any order', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 600, maxLength: 600 }), margins => {
      const outlook = new Outlook(0.05)
      for (const margin of margins) outlook.add('ham', margin)
      const sorted = margins.toSorted((a, b) => b - a)
      const { threshold = Number.NaN } = outlook
      // The exact place in all that came: 5 % of 601.
      expect(threshold).toBe(sorted[29])
    }),
    { numRuns: 20 },
  )
})

test('a thousand messages are kept, and unwanted ones below the threshold are not caught', () => {
  const outlook = new Outlook(0.05)
  for (let count = 0; count < 1_500; count += 1) outlook.add('ham', -3 + (count % 10) / 10)
  for (let count = 0; count < 100; count += 1) outlook.add('spam', count < 60 ? 4 : -4)
  expect(outlook.judged).toHaveLength(1_000)
  expect([outlook.taken('spam'), outlook.taken('ham')]).toEqual([
    { count: 60, of: 100 },
    { count: 0, of: 900 },
  ])
  expect(reportLines(outlook, 0.05)).toEqual([
    'of the last 1000 messages, each judged before it was learned, at the target of 5 %:',
    '  60 of 100 (60 %) of the spam would have been caught',
    '  0 of 900 (0 %) of the ham would have been held',
    'imported mail gives words their weight, and no guarantee: until people have sorted enough new mail here, the',
    'classifier adds 2 points at most',
  ])
})

test('an interrupted run goes on with the same outlook; what is no outlook is passed over', () => {
  const [whole, first, second] = [0.05, 0.05, 0.05].map(share => new Outlook(share)) as [Outlook, Outlook, Outlook]
  const margin = (count: number) => Math.sin(count * 7) * 4
  for (let count = 0; count < 300; count += 1) {
    whole.add(count % 3 === 0 ? 'spam' : 'ham', margin(count))
    if (count < 150) first.add(count % 3 === 0 ? 'spam' : 'ham', margin(count))
    if (count === 149) second.import(JSON.parse(JSON.stringify(first.export())))
    if (count >= 150) second.add(count % 3 === 0 ? 'spam' : 'ham', margin(count))
  }
  expect(second.export()).toEqual(whole.export())
  expect(second.threshold).toBe(whole.threshold)
  for (const kept of [undefined, null, [], {}, { judged: [1, ['ham'], ['x', 1, 2]], honest: ['a'] }]) {
    const outlook = new Outlook(0.05)
    outlook.import(kept)
    expect([outlook.judged, outlook.threshold]).toEqual([[], undefined])
  }
})

test('the picture is a whole SVG without scripts, whatever the margins are', () => {
  const margins = fc.array(
    fc.record({
      label: fc.constantFrom('ham', 'spam'),
      margin: fc.double({ noNaN: true }),
      threshold: fc.constant(undefined),
    }),
  )
  fc.assert(
    fc.property(margins, fc.option(fc.double({ noNaN: true }), { nil: undefined }), (judged, threshold) => {
      const svg = picture(judged, threshold, ['<caught> & "held"'])
      expect(svg).toMatch(/^<svg [^>]+>\n<title>&#60;caught&#62; &#38; "held"<\/title>[\s\S]+<\/svg>\n$/)
      expect(svg).not.toMatch(/NaN|Infinity|<script/)
      // Every bar lies within the frame.
      for (const [, y, height] of svg.matchAll(/ y="([-\d.]+)" width="[\d.]+" height="([-\d.]+)"/g))
        expect([Number(y) >= 0, Number(height) > 0, Number(y) + Number(height) <= 360]).toEqual([true, true, true])
    }),
  )
})
