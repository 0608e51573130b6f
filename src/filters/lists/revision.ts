/** The revision of all lists in a store: it changes with every entry, and says which kinds of scopes have any. */
import type { Store } from '../../model/store.ts'
import type { Scope } from './entry.ts'

export const REVISION_KEY = 'lists:revision'

/** `12 global recipient`: a count, and the kinds of scopes that have had entries. */
export interface Revision {
  readonly text: string
  readonly kinds: ReadonlySet<Scope['kind']>
}

export function readRevision(text: string | undefined): Revision | undefined {
  if (text === undefined) return undefined
  const [, ...kinds] = text.split(' ')
  return { text, kinds: new Set(kinds as Scope['kind'][]) }
}

/** Counts on, so that all processes read the lists again. */
export async function nextRevision(store: Store, { kind }: Scope): Promise<void> {
  await update(store, REVISION_KEY, text => {
    const kinds = new Set([...(readRevision(text)?.kinds ?? []), kind])
    return `${Number.parseInt(text ?? '0', 10) + 1} ${[...kinds].join(' ')}`
  })
}

/** So many processes that write the same document at the same time are more than there are operators. */
const MAX_TRIES = 100

/** Replaces a value by what `change` makes of it; undefined leaves it as it is. Two writers never lose an entry. */
export async function update(
  store: Store,
  key: string,
  change: (value: string | undefined) => string | undefined,
): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const [entry] = await store.run([{ op: 'get', key }])
    const next = change(entry?.value)
    if (next === undefined || next === entry?.value) return
    const [done] = await store.run([{ op: 'compareAndSet', key, expected: entry?.value, value: next, ttl: 0 }])
    if (done) return
  }
  throw new Error(`${key} is changed by many others at the same time; try again`)
}
