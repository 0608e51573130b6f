/**
 * Points that administrators have edited: one document in the shared store, which all nodes read again every few
 * seconds.
 */
import { isRecord } from '../../model/options.ts'
import type { Store } from '../../model/store.ts'

/** Points of one rule in place of those that its filter gives. */
export interface EditedPoints {
  readonly rule: string
  readonly points: number
  readonly by: string
  /** When, in milliseconds since 1970. */
  readonly time: number
  /** Why, in their words. */
  readonly why?: string
}

/** Where the document is. */
const POINTS_KEY = 'console:points'

/** Rules that may be edited at the same time. */
const MAX_RULES = 500
const MAX_TRIES = 10

/** Reads a document; what cannot be read is left out. */
function readPoints(document: string | undefined): readonly EditedPoints[] {
  if (document === undefined) return []
  try {
    const list: unknown = JSON.parse(document)
    return Array.isArray(list) ? list.filter(isEdited) : []
  } catch {
    return []
  }
}

const isEdited = (value: unknown): value is EditedPoints =>
  isRecord(value) &&
  typeof value.rule === 'string' &&
  typeof value.points === 'number' &&
  Number.isFinite(value.points) &&
  typeof value.by === 'string' &&
  typeof value.time === 'number'

/** All edited points. */
export async function editedPoints(store: Store): Promise<readonly EditedPoints[]> {
  const [entry] = await store.run([{ op: 'get', key: POINTS_KEY }])
  return readPoints(entry?.value)
}

/** Edits a rule; `undefined` gives back the points of the configuration. @returns false where too many are edited */
export async function editPoints(store: Store, rule: string, edited: EditedPoints | undefined): Promise<boolean> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const [entry] = await store.run([{ op: 'get', key: POINTS_KEY }])
    const rest = readPoints(entry?.value).filter(other => other.rule !== rule)
    if (edited !== undefined && rest.length >= MAX_RULES) return false
    const value = JSON.stringify(edited === undefined ? rest : [...rest, edited])
    const change = { op: 'compareAndSet', key: POINTS_KEY, expected: entry?.value, value, ttl: 0 } as const
    const [isWritten] = await store.run([change])
    if (isWritten) return true
  }
  throw new Error('the edited points are changed by others all the time')
}
