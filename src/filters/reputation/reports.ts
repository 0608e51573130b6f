/** What people say about messages, charged to what the messages proved; exactly that can be taken back. */
import { createHash } from 'node:crypto'
import { identities } from '../../facts/identities.ts'
import { type Counts, decayingAdds, type Identity, type Memory, senderIdentities } from '../../facts/reputation.ts'
import { PosternError } from '../../model/errors.ts'
import type { Label, TrainingExample } from '../../model/feedback.ts'
import type { Add, DecayingAdd, Delete, Get, Increment, Store } from '../../model/store.ts'

export interface ReportOptions {
  readonly memory: Memory
  /** How many messages a reporter's word is worth. */
  readonly weight: number
  /** How long a report can be taken back, in milliseconds. */
  readonly reportTtl: number
}

/** One reporter weighs in an identity's record no more than so many of his reports, however often he speaks. */
const MAX_ONE = 3
/** The next who report the same message are heard, and count nothing. */
const MAX_REPORTERS = 10
const MAX_TRIES = 5

/** The key under which stands what a message proved. */
export const refKey = (ref: string): string => `reputation:ref:${ref}`

/** @throws PosternError when the message is not known, or proves nothing */
export async function report(lesson: TrainingExample, options: ReportOptions): Promise<void> {
  const { store } = lesson.services
  const { id, charged } = await messageOf(lesson)
  const keys = {
    report: `reputation:said:${id}:${lesson.by}`,
    gave: `${id}:${lesson.by}`,
    count: `reputation:reports:${id}`,
  }
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    if (lesson.undo) return await takeBack(store, keys, lesson.by, options)
    const report: Report = { label: lesson.label, charged }
    const marker: Add = { op: 'add', key: keys.report, value: JSON.stringify(report), ttl: options.reportTtl }
    const [standing] = await store.run([marker])
    if (standing.added) return await give(store, keys, lesson, charged, options)
    if (readSaid(standing.value)?.label === lesson.label) return
    await takeBack(store, keys, lesson.by, options)
  }
  throw new Error(`${lesson.by} says different things of one message at once`)
}

interface Report {
  readonly label: Label
  readonly charged: readonly Identity[]
}

interface Keys {
  readonly report: string
  readonly gave: string
  readonly count: string
}

/** What the message proved, as it was written down when it was judged, or as its bytes still prove it. */
async function messageOf({ ref, message, services }: TrainingExample) {
  if (message === undefined) {
    const [entry] = await services.store.run([{ op: 'get', key: refKey(ref ?? '') }])
    const charged = readIdentities(entry?.value)
    if (charged === undefined) throw unknown('ref', ref)
    return { id: ref ?? '', charged }
  }
  const hash = createHash('sha256')
  for await (const chunk of message.open()) hash.update(chunk)
  const charged = senderIdentities(await message.ask(identities))
  if (charged.length === 0) throw unknown('message', 'no signature that holds')
  return { id: hash.digest('base64url'), charged }
}

async function give(
  store: Store,
  keys: Keys,
  { label, by }: TrainingExample,
  charged: readonly Identity[],
  options: ReportOptions,
) {
  const { memory, weight, reportTtl } = options
  try {
    const [{ count }, ...given] = await store.run([
      { op: 'increment', key: keys.count, by: 1, ttl: reportTtl } satisfies Increment,
      ...charged.map(identity => ofReporter(by, identity, memory, 0)),
    ] as const)
    const most = count > MAX_REPORTERS ? 0 : MAX_ONE * weight
    const amounts = charged.map((_, index) => Math.max(0, Math.min(weight, most - (given[index]?.[0] ?? 0))))
    await store.run([
      ...charge(charged, label, amounts, amounts, memory),
      ...charged.map((identity, index) => ofReporter(by, identity, memory, amounts[index] ?? 0)),
      ...gifts(keys, amounts, memory, reportTtl),
    ])
  } catch (error) {
    // Said again, it counts.
    await store.run([{ op: 'delete', key: keys.report }])
    throw error
  }
}

/** What was given has decayed as the records have, so that what is left of it is what must go. */
async function takeBack(store: Store, keys: Keys, by: string, { memory, reportTtl }: ReportOptions): Promise<void> {
  const [entry] = await store.run([{ op: 'get', key: keys.report } satisfies Get])
  const said = readSaid(entry?.value)
  if (said === undefined) return
  const none = said.charged.map(() => 0)
  const [long, short] = gifts(keys, none, memory, reportTtl)
  const [taken, given, lately, ...held] = await store.run([
    { op: 'delete', key: keys.report } satisfies Delete,
    long,
    short,
    ...said.charged.flatMap(identity => decayingAdds(identity, memory)),
  ])
  // Somebody else has taken it back meanwhile.
  if (!taken) return
  // What a record has forgotten altogether cannot be taken from it.
  const column = said.label === 'ham' ? 0 : 1
  const minus = (amounts: readonly number[], offset: 0 | 1) =>
    amounts.map((amount, index) => -Math.min(amount, held[2 * index + offset]?.[column] ?? 0))
  await store.run([
    ...charge(said.charged, said.label, minus(given, 0), minus(lately, 1), memory),
    ...said.charged.map((identity, index) => ofReporter(by, identity, memory, -(given[index] ?? 0))),
    { op: 'delete', key: long.key },
    { op: 'delete', key: short.key },
    { op: 'increment', key: keys.count, by: -1, ttl: reportTtl },
  ])
}

function charge(
  charged: readonly Identity[],
  label: Label,
  amounts: readonly number[],
  lately: readonly number[],
  memory: Memory,
): readonly DecayingAdd[] {
  const counts = (amount = 0): Counts => ({ ham: 0, spam: 0, deferred: 0, refused: 0, [label]: amount })
  return charged.flatMap((identity, index) => [
    decayingAdds(identity, memory, counts(amounts[index]))[0],
    decayingAdds(identity, memory, counts(lately[index]))[1],
  ])
}

/** How much of one reporter is in an identity's record. */
const ofReporter = (by: string, identity: Identity, { halfLife }: Memory, amount: number): DecayingAdd => ({
  op: 'decayingAdd',
  key: `reputation:by:${by}:${identity}`,
  amounts: [amount],
  halfLife,
  ttl: 8 * halfLife,
})

/** What one report gave to each identity, in either memory. */
function gifts({ gave }: Keys, amounts: readonly number[], { halfLife, recent }: Memory, lasts: number) {
  const to = (key: string, life: number): DecayingAdd => ({
    op: 'decayingAdd',
    key,
    amounts,
    halfLife: life,
    ttl: lasts,
  })
  return [to(`reputation:gave:${gave}`, halfLife), to(`lately:gave:${gave}`, recent)] as const
}

/** What somebody else has put into the store is not believed. */
export function readIdentities(text: string | undefined): readonly Identity[] | undefined {
  const read: unknown = parsed(text)
  return Array.isArray(read) && read.every(isIdentity) ? read : undefined
}

function readSaid(text: string | undefined): Report | undefined {
  const { label, charged } = (parsed(text) ?? {}) as Partial<Report>
  const known = (label === 'ham' || label === 'spam') && Array.isArray(charged) && charged.every(isIdentity)
  return known ? { label, charged } : undefined
}

const isIdentity = (value: unknown): value is Identity =>
  typeof value === 'string' && /^(?:ip|network|rdns|spf|dkim|author):/.test(value)

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

const unknown = (path: string, found: unknown): PosternError =>
  new PosternError(
    [
      {
        path,
        found,
        expected:
          path === 'ref' ? 'the reference of a message that was received and is remembered' : 'a signed message',
        remedy:
          'take what follows ref= in X-Spam-Status, within the time that reputation keeps, or give the message itself',
      },
    ],
    'ERR_POSTERN_UNKNOWN_MESSAGE',
  )
