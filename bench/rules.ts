/**
 * What the rules catch alone, without any training: `npm run bench:rules`, with POSTERN_DATA. One row for each era
 * and kind of mail, in both worlds; the points were fitted on the training parts. Options: `--part
 * train|validation|test`, `--step N`, `--world route|content`, `--peers` for Rspamd and SpamAssassin on the same
 * messages. `--set SET` (repeatable) takes these sets alone; `--trained RATE`, such as `0.3%`, adds a classifier for
 * that rate of honest mail, which learned the train part of the same sets before.
 */
import { hash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { classify } from '../src/filters/index.ts'
import type { Gateway } from '../src/index.ts'
import { gatewayFor, type Judged, judge, outcomeOf } from './judge.ts'
import { type Corpus, mail, type Part } from './mail.ts'
import { rspamdScorer, type Scorer, spamassassinScorer } from './peers.ts'
import type { World } from './session.ts'

export interface Scored {
  readonly corpus: Corpus
  readonly spam: boolean
  readonly score: number
  readonly outcome: 'refused' | 'held' | 'delivered'
}

interface Kind {
  readonly name: string
  readonly sets: readonly Corpus[]
  /** The honest mail whose scores give the threshold at 0.5 %. */
  readonly honest: readonly Corpus[]
}

const REAL_HONEST = ['lists', 'dsn', 'parcels', 'reports'] as const

/** Each kind of mail, with the honest mail that it is compared with. */
const kinds: readonly Kind[] = [
  { name: 'modern: phishing', sets: ['phishing-pot'], honest: REAL_HONEST },
  { name: 'modern: spam and scams', sets: ['glitchy', 'lists-spam'], honest: REAL_HONEST },
  { name: 'modern: lists', sets: ['lists'], honest: [] },
  { name: 'modern: bounces and reports', sets: ['dsn', 'reports'], honest: [] },
  { name: 'modern: parcels', sets: ['parcels'], honest: [] },
  { name: 'modern: templates', sets: ['wrapped'], honest: [] },
  { name: '2001 and 2002', sets: ['spamassassin'], honest: ['spamassassin'] },
  { name: '2009 and 2010', sets: ['csdmc-2010'], honest: ['csdmc-2010'] },
  { name: '2006, English', sets: ['trec06p'], honest: ['trec06p'] },
  { name: '2006, Chinese', sets: ['trec06c-head'], honest: ['trec06c-head'] },
]

const percent = (count: number, all: number): string => (all === 0 ? '' : `${((100 * count) / all).toFixed(2)} %`)

/** The part of the unwanted mail above the score that 0.5 % of the honest mail exceeds. */
export function caughtAt(honest: readonly Scored[], unwanted: readonly Scored[], rate = 0.005): number {
  const value = ({ score, outcome }: Scored) => (outcome === 'refused' ? Number.POSITIVE_INFINITY : score)
  const scores = honest.map(value).toSorted((a, b) => b - a)
  const threshold = scores[Math.floor(rate * scores.length)] ?? Number.NEGATIVE_INFINITY
  return unwanted.filter(one => value(one) > threshold).length
}

function rowOf({ name, sets, honest }: Kind, all: readonly Scored[]): readonly string[] | undefined {
  const own = all.filter(({ corpus }) => sets.includes(corpus))
  if (own.length === 0) return undefined
  const cellsOf = (some: readonly Scored[]) => {
    const count = (...outcomes: readonly string[]) => some.filter(({ outcome }) => outcomes.includes(outcome)).length
    const cells = [percent(count('held', 'refused'), some.length), percent(count('refused'), some.length)]
    return some.length === 0 ? ['', '', ''] : [`${some.length}`, ...cells]
  }
  const unwanted = own.filter(({ spam }) => spam)
  const compared = all.filter(({ corpus, spam }) => !spam && honest.includes(corpus))
  const at = honest.length === 0 || compared.length < 200 ? '' : percent(caughtAt(compared, unwanted), unwanted.length)
  return [name, ...cellsOf(own.filter(({ spam }) => !spam)), ...cellsOf(unwanted), at]
}

const HEAD = ['mail', 'honest', 'quarantined', 'refused', 'unwanted', 'caught', 'refused', 'caught at 0.5 % honest']

export function tableOf(all: readonly Scored[]): string {
  const rows = kinds.flatMap(kind => [rowOf(kind, all) ?? []]).filter(row => row.length > 0)
  return [HEAD, HEAD.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`).join('\n')
}

/** A gateway with a classifier that has learned the train parts, in the order of digests, which mixes the sets. */
async function trained(world: World, falsePositives: `${number}%`, sets: readonly Corpus[]): Promise<Gateway> {
  const gateway = gatewayFor({ world, beside: [classify({ falsePositives })] })
  const digest = ({ bytes }: { readonly bytes: Buffer }) => hash('sha1', bytes)
  const examples = sets.flatMap(set => [...mail(set, 1, ['train'])])
  for (const message of examples.toSorted((a, b) => (digest(a) < digest(b) ? -1 : 1))) {
    const { ref } = await judge(gateway, message, world)
    await gateway.feedback({ message: message.bytes, ref, label: message.spam ? 'spam' : 'ham', by: 'bench' })
  }
  return gateway
}

/** The decisions of a gateway of ours, without training if none is given. */
export function ownScorer(world: World, gateway = gatewayFor({ world })): Scorer {
  const score = ({ decision }: Judged) => ({ score: decision.score, outcome: outcomeOf(decision) })
  return {
    name: `postern, ${world}`,
    scoreOf: async message => score(await judge(gateway, message, world)),
    [Symbol.asyncDispose]: () => gateway.close(),
  }
}

const ALL_SETS = [...new Set(kinds.flatMap(({ sets }) => sets))]

export async function scoresOf(
  scorer: Scorer,
  parts: readonly Part[],
  step: number,
  sets: readonly Corpus[] = ALL_SETS,
): Promise<readonly Scored[]> {
  const scored: Scored[] = []
  for (const corpus of sets) {
    for (const message of mail(corpus, step, parts))
      scored.push({ corpus, spam: message.spam, ...(await scorer.scoreOf(message)) })
  }
  return scored
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      part: { type: 'string', default: 'validation' },
      step: { type: 'string', default: '1' },
      world: { type: 'string' },
      peers: { type: 'boolean', default: false },
      set: { type: 'string', multiple: true, default: ALL_SETS },
      trained: { type: 'string' },
    },
  })
  const sets = values.set as readonly Corpus[]
  const rate = values.trained as `${number}%` | undefined
  const worlds: readonly World[] = values.world === undefined ? ['route', 'content'] : [values.world as World]
  const scorers: (() => Promise<Scorer | string>)[] = worlds.map(
    world => async () => ownScorer(world, rate && (await trained(world, rate, sets))),
  )
  if (values.peers) scorers.push(rspamdScorer, spamassassinScorer)
  for (const make of scorers) {
    const scorer = await make()
    if (typeof scorer === 'string') console.log(`\n${scorer}`)
    else {
      const all = await scoresOf(scorer, [values.part as Part], Number(values.step), sets)
      console.log(`\n${scorer.name}, ${values.part} part\n\n${tableOf(all)}`)
      await scorer[Symbol.asyncDispose]()
    }
  }
}
