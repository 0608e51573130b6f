/** What the rules for HTML count. */
import type { HtmlReading } from '../../html/reading.ts'
import type { MessageView } from '../rules/view.ts'

/** The sum over all HTML parts. */
export const sum = ({ html }: MessageView, amount: (html: HtmlReading) => number): number =>
  html.reduce((total, reading) => total + amount(reading), 0)

/**
 * The number of visible characters, or `max` where there are more. A rule that compares a count reads no further: a
 * text of 30,000 characters costs what its first hundred do.
 */
export function solid(text: string, max: number): number {
  let found = 0
  for (let at = 0; at < text.length && found < max; at += 1) if (isSolid(text.charCodeAt(at))) found += 1
  return found
}

const isSolid = (code: number): boolean =>
  code > 32 && code < 0xa0 ? true : !/[\s\u00ad\u200b-\u200f\u2060\ufeff]/.test(String.fromCharCode(code))
