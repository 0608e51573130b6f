/** White space that is collapsed piece by piece is what it would be in one piece. */
import { expect, test } from 'vitest'
import { CollapsedText } from '../../src/html/collapsed-text.ts'
import { fc } from '../support/property.ts'

const atOnce = (text: string): string =>
  text
    .replace(/[ \t\r\f\u00a0]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim()

const piece = fc.record({
  kind: fc.constantFrom('text', 'lines', 'end'),
  text: fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\r', '\t', '\u00a0', '\u2003') }),
})

test('any pieces collapse as they would together', () => {
  fc.assert(
    fc.property(fc.array(piece), pieces => {
      const collapsed = new CollapsedText()
      let whole = ''
      for (const { kind, text } of pieces) {
        if (kind === 'end') collapsed.endLine()
        else if (kind === 'text') collapsed.addText(text)
        else collapsed.addLines(text)
        whole += kind === 'end' ? '\n' : kind === 'text' ? text.replace(/[\r\n]+/g, ' ') : text
      }
      expect(collapsed.toString()).toBe(atOnce(whole))
    }),
    { numRuns: 2_000 },
  )
})
