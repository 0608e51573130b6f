/** Takes secrets out of recordings: every occurrence, in whatever case, in text and in bytes. */
import { type Recording, readMessage, type Step, writeMessage } from './recording.ts'

/** What stands in a secret's place. A label that DNS can be asked for, so that a redacted recording can be played. */
const REDACTED = 'redacted'

/**
 * A function that replaces every one of `secrets` in a recording.
 *
 * @throws TypeError when a secret is too short to be told from other text.
 */
export function redactor(secrets: readonly string[]): (recording: Recording) => Recording {
  const text = replacer(secrets)
  if (text === undefined) return recording => recording
  const bytes = replacer(secrets.map(secret => Buffer.from(secret).toString('latin1'))) ?? text
  const step = (value: Step): Step => {
    const hidden = deep(value, text)
    if (value.verb !== 'data') return hidden
    const message = writeMessage(Buffer.from(bytes(readMessage(value.message).toString('latin1')), 'latin1'))
    return { ...hidden, message } as Step
  }
  return ({ steps, ...rest }) => ({ ...deep(rest, text), steps: steps.map(step) })
}

/** A function that replaces secrets in one text; undefined when there are none. */
export function replacer(secrets: readonly string[]): ((text: string) => string) | undefined {
  if (secrets.length === 0) return undefined
  if (secrets.some(secret => secret.length < MIN_LENGTH))
    throw new TypeError(`redact: a secret of fewer than ${MIN_LENGTH} characters would redact other text as well`)
  // Longest first, so that a secret that begins with another is replaced whole.
  const patterns = [...secrets].sort((a, b) => b.length - a.length).map(secret => secret.replace(/\W/g, '\\$&'))
  const any = new RegExp(patterns.join('|'), 'gi')
  return text => text.replace(any, REDACTED)
}

const MIN_LENGTH = 4

/** The same value with every text in it replaced, keys included. */
export function deep<T>(value: T, text: (value: string) => string): T {
  const visit = (part: unknown): unknown => {
    if (typeof part === 'string') return text(part)
    if (Array.isArray(part)) return part.map(visit)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([key, held]) => [text(key), visit(held)]))
  }
  return visit(value) as T
}
