/**
 * When mail of an author's organisation first arrived. Domains that are registered for one campaign are new to every
 * site; so are those of new correspondents, so that a new domain costs little.
 */
import { organisationOf } from '../../dns/organisation.ts'
import { author } from '../../facts/author.ts'
import { FIRST_SEEN, firstSeenMark } from '../../facts/first-seen.ts'
import { recordsBy } from '../../facts/records.ts'
import { type Finding, points } from '../../model/finding.ts'
import type { Message } from '../../model/stage.ts'
import type { Operation } from '../../model/store.ts'

const DAY = 86_400_000

/** How long a domain is new after its first message. */
const NEW_MS = DAY

/** A store knows what is new once it has remembered for this time. */
const MIN_STORE_AGE = 7 * DAY

/** A domain that has not written for this time is new again. */
const REMEMBER_MS = 180 * DAY

/** The organisational domain of a clear author; undefined where there is none, and where the client is unknown. */
async function organisationIn(message: Message): Promise<string | undefined> {
  if (message.ip === undefined) return undefined
  const from = await message.ask(author)
  return from.kind === 'clear' && from.domain !== '' ? organisationOf(from.domain) : undefined
}

/** The first time as written in the store. Anything else is not a time. */
const readTime = (value: string | undefined): number | undefined =>
  value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined

/** When the store began to remember, and when it first saw the organisation. Read in one list with other records. */
async function readFirst(message: Message, organisation: string): Promise<readonly (number | undefined)[]> {
  const records = await message.ask(recordsBy().ofSenders)
  return (await records.read([], [FIRST_SEEN, firstSeenMark(organisation)])).values.map(readTime)
}

/** Points for a message of an organisation that first wrote today. None while the store is younger than a week. */
export async function newDomain(message: Message, cost: number): Promise<readonly Finding[]> {
  const organisation = cost === 0 ? undefined : await organisationIn(message)
  if (organisation === undefined) return []
  const [since, first] = await message.callExternal('reputation:first-seen', () => readFirst(message, organisation))
  const now = message.clock.now()
  if (since === undefined || now - since < MIN_STORE_AGE) return []
  if (first !== undefined && now - first >= NEW_MS) return []
  return [points(cost, `the first message of ${organisation} arrived today`, { rule: 'new-domain' })]
}

/** What is written when a message is accepted: the first time stays, and is remembered for longer. */
export async function firstSeenWrites(message: Message): Promise<readonly Operation[]> {
  const organisation = await organisationIn(message)
  if (organisation === undefined) return []
  const now = String(message.clock.now())
  const [, first] = await readFirst(message, organisation)
  const key = firstSeenMark(organisation)
  return [
    { op: 'add', key: FIRST_SEEN, value: now, ttl: 0 },
    first === undefined
      ? { op: 'add', key, value: now, ttl: REMEMBER_MS }
      : { op: 'set', key, value: String(first), ttl: REMEMBER_MS },
  ]
}
