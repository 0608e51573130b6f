/** Finds what a digest lists. Held messages come the newest first, and the search ends where its window begins. */
import { addressKey, mailboxOf } from '../net/path.ts'
import type { HeldEntry, HeldQuery, Quarantine } from '../quarantine/index.ts'

/** What is held after `from`, up to `until`, in milliseconds since 1970. */
export interface Window {
  readonly from: number
  readonly until: number
}

/** A message is numbered when it is on the disk, a little after its time: so much further back the search looks. */
const SLACK_MS = 120_000
const PAGE = 500
/** More recipients than this get no digest in one round; the next one begins with the newest again. */
const MAX_RECIPIENTS = 100_000
/** Messages of one reader beyond these are not counted. */
const MAX_COUNTED = 10_000

/** A recipient, and when the newest message for them was held. */
export interface Waiting {
  readonly recipient: string
  readonly newest: number
}

/** Everybody for whom mail was held in the window. */
export async function recipientsIn(
  quarantine: Quarantine,
  window: Window,
  includes: (recipient: string) => boolean,
): Promise<readonly Waiting[]> {
  const found = new Map<string, Waiting>()
  for await (const { recipient, time } of entriesIn(quarantine, {}, window)) {
    const key = addressKey(mailboxOf(recipient))
    const newest = Math.max(time, found.get(key)?.newest ?? 0)
    if (found.has(key) || (found.size < MAX_RECIPIENTS && includes(recipient))) found.set(key, { recipient, newest })
  }
  return [...found.values()]
}

/** The newest messages, and how many there are beyond them. */
export async function listedIn(
  quarantine: Quarantine,
  query: HeldQuery,
  window: Window,
  lines: number,
  includes: (recipient: string) => boolean = () => true,
): Promise<{ readonly entries: readonly HeldEntry[]; readonly more: number }> {
  const entries: HeldEntry[] = []
  let more = 0
  for await (const entry of entriesIn(quarantine, query, window)) {
    if (!includes(entry.recipient)) continue
    if (entries.length < lines) entries.push(entry)
    else more += 1
    if (more >= MAX_COUNTED) break
  }
  return { entries, more }
}

async function* entriesIn(
  quarantine: Quarantine,
  query: HeldQuery,
  { from, until }: Window,
): AsyncGenerator<HeldEntry> {
  let cursor: string | undefined
  for (;;) {
    const page = await quarantine.list({ ...query, limit: PAGE, ...(cursor !== undefined && { cursor }) })
    for (const entry of page.entries) {
      if (entry.time > from && entry.time <= until) yield entry
      // Asking for a beginning would make the index read on to its end.
      if (entry.time < from - SLACK_MS) return
    }
    if (page.next === undefined) return
    cursor = page.next
  }
}
