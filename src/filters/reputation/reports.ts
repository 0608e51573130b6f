/** What people say about messages, charged to what the messages proved; exactly that can be taken back. */
import { createHash } from 'node:crypto'
import { identities } from '../../facts/identities.ts'
import { type Counts, decayingAdds, type Identity, type Memory, senderIdentities } from '../../facts/reputation.ts'
import { PosternError } from '../../model/errors.ts'
import type { Label, TrainingExample } from '../../model/feedback.ts'
import type { Add, DecayingAdd, Delete, Get, Increment, Store } from '../../model/store.ts'

export interface ReportOptions {
  readonly memory: Memory
  /** How many messages a report counts as. */
  readonly weight: number
  /** How long a report can be undone, in milliseconds. */
  readonly reportTtl: number
}

/** One reporter counts in an identity's record as this many reports at most, however many they send. */
const MAX_REPORTS_OF_ONE = 3
/** Further reporters of the same message count nothing. */
const MAX_REPORTERS = 10
const MAX_TRIES = 5

/** The key of the identities that a message proved. */
export const refKey = (ref: string): string => `reputation:ref:${ref}`

/** @throws PosternError when the message is unknown, or proves no identity */
export async function report(example: TrainingExample, options: ReportOptions): Promise<void> {
  const { store } = example.services
  const { id, charged } = await messageOf(example)
  const keys = {
    report: `reputation:said:${id}:${example.by}`,
    gave: `${id}:${example.by}`,
    count: `reputation:reports:${id}`,
  }
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    if (example.undo) return await takeBack(store, keys, example.by, options)
    const report: Report = { label: example.label, charged }
    const marker: Add = { op: 'add', key: keys.report, value: JSON.stringify(report), ttl: options.reportTtl }
    const [standing] = await store.run([marker])
    if (standing.added) return await give(store, keys, example, charged, options)
    if (readReport(standing.value)?.label === example.label) return
    await takeBack(store, keys, example.by, options)
  }
  throw new Error(`${example.by} reports one message as ham and spam at the same time`)
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

/**
 * The identities that the message proved: from the record of its decision, which also knows the client, else from its
 * bytes.
 */
async function messageOf({ ref, message, services }: TrainingExample) {
  const recorded = ref === undefined ? undefined : await identitiesUnder(ref, services.store)
  if (message === undefined) {
    if (recorded === undefined) throw unknown('ref', ref)
    return { id: ref ?? '', charged: recorded }
  }
  const hash = createHash('sha256')
  for await (const chunk of message.open()) hash.update(chunk)
  // Nothing is recorded where all messages of the session have nothing in common: then their bytes count.
  const charged = recorded?.length ? recorded : senderIdentities(await message.ask(identities))
  if (charged.length === 0) throw unknown('message', 'no signature that holds')
  return { id: hash.digest('base64url'), charged }
}

async function identitiesUnder(ref: string, store: Store): Promise<readonly Identity[] | undefined> {
  const [entry] = await store.run([{ op: 'get', key: refKey(ref) }])
  return readIdentities(entry?.value)
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
    const max = count > MAX_REPORTERS ? 0 : MAX_REPORTS_OF_ONE * weight
    const amounts = charged.map((_, index) => Math.max(0, Math.min(weight, max - (given[index]?.[0] ?? 0))))
    await store.run([
      ...charge(charged, label, amounts, amounts, memory),
      ...charged.map((identity, index) => ofReporter(by, identity, memory, amounts[index] ?? 0)),
      ...sharesOf(keys, amounts, memory, reportTtl),
    ])
  } catch (error) {
    // Without the marker the report can be repeated.
    await store.run([{ op: 'delete', key: keys.report }])
    throw error
  }
}

/** Undoes a report. Its share has decayed as the records have, so that the rest of it is subtracted. */
async function takeBack(store: Store, keys: Keys, by: string, { memory, reportTtl }: ReportOptions): Promise<void> {
  const [entry] = await store.run([{ op: 'get', key: keys.report } satisfies Get])
  const former = readReport(entry?.value)
  if (former === undefined) return
  const none = former.charged.map(() => 0)
  const [long, short] = sharesOf(keys, none, memory, reportTtl)
  const [taken, given, lately, ...held] = await store.run([
    { op: 'delete', key: keys.report } satisfies Delete,
    long,
    short,
    ...former.charged.flatMap(identity => decayingAdds(identity, memory)),
  ])
  // Another process has undone it meanwhile.
  if (!taken) return
  // No more is subtracted than the record has.
  const column = former.label === 'ham' ? 0 : 1
  const minus = (amounts: readonly number[], offset: 0 | 1) =>
    amounts.map((amount, index) => -Math.min(amount, held[2 * index + offset]?.[column] ?? 0))
  await store.run([
    ...charge(former.charged, former.label, minus(given, 0), minus(lately, 1), memory),
    ...former.charged.map((identity, index) => ofReporter(by, identity, memory, -(given[index] ?? 0))),
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

/** The share of one reporter in an identity's record. */
const ofReporter = (by: string, identity: Identity, { halfLife }: Memory, amount: number): DecayingAdd => ({
  op: 'decayingAdd',
  key: `reputation:by:${by}:${identity}`,
  amounts: [amount],
  halfLife,
  ttl: 8 * halfLife,
})

/** What one report added to each identity, in both records. */
function sharesOf({ gave }: Keys, amounts: readonly number[], { halfLife, recent }: Memory, ttl: number) {
  const to = (key: string, life: number): DecayingAdd => ({
    op: 'decayingAdd',
    key,
    amounts,
    halfLife: life,
    ttl,
  })
  return [to(`reputation:gave:${gave}`, halfLife), to(`lately:gave:${gave}`, recent)] as const
}

/** Identities from the store, which another program may have written. */
export function readIdentities(text: string | undefined): readonly Identity[] | undefined {
  const read: unknown = parsed(text)
  return Array.isArray(read) && read.every(isIdentity) ? read : undefined
}

function readReport(text: string | undefined): Report | undefined {
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
        ...(path === 'ref'
          ? {
              expected: 'the reference of a message that was received and is remembered',
              remedy: 'use the text after ref= in X-Spam-Status within reportTtl, or pass the message itself',
            }
          : {
              expected: 'a signed message, since only a proven sender has a reputation',
              remedy: 'set filters.classify, which learns the words of unsigned messages too',
            }),
      },
    ],
    'ERR_POSTERN_UNKNOWN_MESSAGE',
  )
