/** Tracers write fields above a message. Their lines are folded and printable. */
import type { Decision } from '../model/decision.ts'
import type { Fact } from '../model/fact.ts'
import { printable } from '../model/printable.ts'
import type { Message } from '../model/stage.ts'

/** The value of a fact, if a filter asked for it and it was found. Does not ask. */
export type TraceInput = <T>(fact: Fact<never, T>) => T | undefined

/** One field. The value is printable US-ASCII, folded with CRLF and a space where it is long. */
export type TraceField = readonly [name: string, value: string]

/** Writes fields for a decided message from known facts. Causes no lookup, and never throws. */
export interface Tracer {
  /** @returns the fields, from the top */
  /** Returns the fields. `found` gives the answer of a fact that is known already. */
  (message: Message, decision: Decision, found: TraceInput): readonly TraceField[]
  /** The authserv-id of its Authentication-Results: received fields with the same id are removed. */
  readonly authservId?: string
}

/** RFC 5322 §2.1.1. */
const LINE = 78

/**
 * Joins words with spaces on lines of at most 78 characters. Only a longer word makes a longer line.
 *
 * @param used how many characters of the first line the name of the field takes
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

const TOKEN = /^[\w.!#$%&'*+^`{|}~-]+$/
const MAX_VALUE_LENGTH = 255

/** A token as it is, anything else as a quoted string (RFC 2045 §5.1, RFC 5322 §3.2.4). */
export function tokenOrQuoted(value: string): string {
  const clean = printable(value, MAX_VALUE_LENGTH)
  return TOKEN.test(clean) ? clean : `"${clean.replace(/["\\]/g, '\\$&')}"`
}
