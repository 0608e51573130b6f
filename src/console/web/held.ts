/** Held messages: the names of the API for them, and what a page says after an action. */
import type { Answer, Body } from '../api/schemas.ts'
import type { Formats } from './format.ts'
import type { Texts } from './texts/en.ts'

/** One held message for one recipient. */
export type Held = Answer<'held.list'>['entries'][number]
/** What an action asks for. */
export type HeldAction = Body<'held.act'>
/** What came of it for each message. */
export type HeldResults = Answer<'held.act'>['results']

/** Names an entry: a message is held for each of its recipients. */
export const heldKey = ({ id, recipient }: Pick<Held, 'id' | 'recipient'>): string => `${id} ${recipient}`

/** What came of an action, in sentences: what was done first. */
export function resultTexts(
  action: HeldAction['action'],
  results: HeldResults,
  texts: Texts,
  formats: Formats,
): { readonly done: string | undefined; readonly failed: string | undefined } {
  const { quarantine, errors } = texts
  const done = results.filter(({ kind }) => kind === 'done').length
  const others = results.filter(({ kind }) => kind !== 'done')
  const why = ({ kind, reason }: HeldResults[number]): string => {
    if (kind === 'done-before') return quarantine.doneBefore
    if (kind === 'unknown') return quarantine.gone
    return reason ?? (kind === 'forbidden' ? errors.forbidden : errors.failed)
  }
  const reasons = [...new Set(others.map(why))]
  return {
    done: done === 0 ? undefined : action === 'release' ? quarantine.released(done) : quarantine.deleted(done),
    failed: others.length === 0 ? undefined : quarantine.notDone(others.length, formats.list(reasons.slice(0, 5))),
  }
}
