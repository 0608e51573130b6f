/** What is written on top of a message: the form of a tracer, and how its lines are kept short and clean. */
import type { Decision } from '../model/decision.ts'
import type { Fact } from '../model/fact.ts'
import type { Message } from '../model/stage.ts'

/** What was found about a fact, if it was asked for and found. Asks nothing. */
export type TraceInput = <T>(fact: Fact<never, T>) => T | undefined

/** One field. The value is printable US-ASCII, folded with CRLF and a space where it is long. */
export type TraceField = readonly [name: string, value: string]

/** Writes fields for a message that was judged, from what is known. Asks nothing, and never throws. */
export interface Tracer {
  (message: Message, decision: Decision, found: TraceInput): readonly TraceField[]
  /** The name under which it writes Authentication-Results: what came in under it is removed. */
  readonly authservId?: string
}

/** RFC 5322 §2.1.1. */
const LINE = 78

/**
 * Words with spaces between them, on lines of at most 78 characters; only a longer word has a longer line.
 *
 * @param used how many characters of the first line are taken, by the name of the field
 */
export function folded(words: readonly string[], used: number): string {
  let text = ''
  let column = used
  for (const word of words) {
    const fits = column + 1 + word.length <= LINE
    text += text === '' ? word : fits ? ` ${word}` : `\r\n ${word}`
    column = fits || text === word ? column + 1 + word.length : 1 + word.length
  }
  return text
}

/** Printable US-ASCII, at most `most` characters: whatever was in `text`, it cannot begin a line or hide in one. */
export const printable = (text: string, most: number): string => text.slice(0, most).replace(/[^ -~]/g, '?')

const TOKEN = /^[\w.!#$%&'*+^`{|}~-]+$/
const MAX_VALUE_LENGTH = 255

/** A token as it is, anything else as a quoted string (RFC 2045 §5.1, RFC 5322 §3.2.4). */
export function tokenOrQuoted(value: string): string {
  const clean = printable(value, MAX_VALUE_LENGTH)
  return TOKEN.test(clean) ? clean : `"${clean.replace(/["\\]/g, '\\$&')}"`
}
