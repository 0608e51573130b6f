/**
 * What each rule hits, by era, on honest and unwanted mail: `node bench/hits.ts`, with POSTERN_DATA. Options:
 * `--rules REGEX`, `--world route|content`, `--part train|validation|both`, `--step N`, `--set SET` (repeatable),
 * `--sets` (a column for each set). `--missed SET` lists unwanted messages that are delivered, with score and
 * findings; `--held` lists honest messages that are held or refused; both use the default points.
 */
import { parseArgs } from 'node:util'
import { gatewayFor, type Judged, judge, outcomeOf } from './judge.ts'
import { type Corpus, type Labelled, MODERN, mail, OLD, type Part } from './mail.ts'
import type { World } from './session.ts'

/** Every `step`-th message of the sets, as a gateway judges it. */
export async function* judged(
  sets: readonly Corpus[],
  { parts, step, world, equal }: { parts: readonly Part[]; step: number; world: World; equal: boolean },
): AsyncGenerator<Judged> {
  const gateway = gatewayFor({ world, equal })
  for (const set of sets) for (const message of mail(set, step, parts)) yield await judge(gateway, message, world)
  await gateway.close()
}

/** The rules that fired, each once. */
export const rulesOf = ({ decision }: Judged): readonly string[] => [
  ...new Set(decision.findings.map(({ rule = '' }) => rule)),
]

class Table {
  readonly #totals = new Map<string, number>()
  readonly #hits = new Map<string, Map<string, number>>()
  readonly #bySet: boolean

  constructor(bySet: boolean) {
    this.#bySet = bySet
  }

  add(one: Judged): void {
    const columns = [columnOf(one.message), ...(this.#bySet ? [one.message.corpus + kindOf(one.message)] : [])]
    for (const column of columns) this.#totals.set(column, (this.#totals.get(column) ?? 0) + 1)
    for (const rule of rulesOf(one)) {
      const hits = this.#hits.get(rule) ?? new Map<string, number>()
      for (const column of columns) hits.set(column, (hits.get(column) ?? 0) + 1)
      this.#hits.set(rule, hits)
    }
  }

  print(pattern: RegExp): void {
    const fixed = ['modern honest', 'modern unwanted', 'old honest', 'old unwanted']
    const columns = [...fixed, ...[...this.#totals.keys()].filter(column => !fixed.includes(column)).toSorted()]
    console.log(
      ['rule', ...columns.map(one => `${one} (${this.#totals.get(one) ?? 0})`), 'LR modern', 'LR old'].join('\t'),
    )
    for (const [rule, hits] of [...this.#hits].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      if (!pattern.test(rule)) continue
      const rate = (column: string) => (hits.get(column) ?? 0) / (this.#totals.get(column) ?? Number.POSITIVE_INFINITY)
      const cells = columns.map(one => `${hits.get(one) ?? 0} ${(100 * rate(one)).toFixed(2)}%`)
      const ratio = (era: string) => ((rate(`${era} unwanted`) + 1e-4) / (rate(`${era} honest`) + 1e-4)).toFixed(1)
      console.log([rule, ...cells, ratio('modern'), ratio('old')].join('\t'))
    }
  }
}

const kindOf = ({ spam }: Labelled): string => (spam ? ' unwanted' : ' honest')
const columnOf = (message: Labelled): string => message.era + kindOf(message)

function describe({ message, decision }: Judged): string {
  const found = decision.findings.map(({ rule, points, verdict }) => `${rule} ${verdict ?? points ?? 0}`)
  return `${message.file}\t${decision.score}\t${outcomeOf(decision)}\t${found.join(', ')}`
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rules: { type: 'string', default: '' },
      world: { type: 'string', default: 'route' },
      part: { type: 'string', default: 'both' },
      step: { type: 'string', default: '1' },
      set: { type: 'string', multiple: true },
      sets: { type: 'boolean', default: false },
      missed: { type: 'string' },
      held: { type: 'boolean', default: false },
    },
  })
  const parts: readonly Part[] = values.part === 'both' ? ['train', 'validation'] : [values.part as Part]
  const lists = values.held || values.missed !== undefined
  const given = values.missed === undefined ? values.set : [values.missed]
  const options = { parts, step: Number(values.step), world: values.world as World, equal: !lists }
  const table = new Table(values.sets)
  for await (const one of judged((given ?? [...MODERN, ...OLD]) as readonly Corpus[], options)) {
    const delivered = outcomeOf(one.decision) === 'delivered'
    if (!lists) table.add(one)
    else if (one.message.spam ? values.missed !== undefined && delivered : values.held && !delivered)
      console.log(describe(one))
  }
  if (!lists) table.print(new RegExp(values.rules))
}
