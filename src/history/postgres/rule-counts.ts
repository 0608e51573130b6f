/**
 * How many recipients of an hour a rule was found at. An index of arrays gives rows without their order: a rule that is
 * found often would have to be read whole. The counts tell where its newest rows are.
 */
import type { PostgresClient } from '../../postgres/client.ts'
import { hourOf } from '../totals.ts'
import { idOf, type Range } from './schema.ts'

/** Rows of a rule that one statement may sort. */
const MAX_HITS = 2_000
/** Where every so many-th recipient has a rule, its rows are found by going through all. */
const COMMON = 100
const MAX_HOURS = 24 * 366

interface Hour {
  readonly hour: string
  readonly hits: string
  readonly all: string
}

export class RuleCounts {
  readonly #client: PostgresClient

  readonly #maxHits: number

  constructor(client: PostgresClient, maxHits = MAX_HITS) {
    this.#client = client
    this.#maxHits = maxHits
  }

  /** The end of a range that has enough rows of a rule, and not many more; `common` where all rows are gone through. */
  async window(rule: string, range: Range): Promise<Range | 'common'> {
    const [from, to] = [Number(range.from >> 20n), Number(range.to >> 20n)]
    const hours = await this.#client.query<Hour>(
      `SELECT r.hour, r.count AS hits, (SELECT sum(count)::text FROM totals WHERE kind = 'verdict' AND hour = r.hour) AS all
       FROM totals AS r WHERE kind = 'rule' AND name = $1 AND hour >= $2 AND hour < $3 ORDER BY hour DESC LIMIT ${MAX_HOURS}`,
      [rule, hourOf(from), Math.min(to, Number.MAX_SAFE_INTEGER)],
    )
    let hits = 0
    let all = 0
    for (const { hour, hits: own, all: every } of hours) {
      hits += Number(own)
      all += Number(every)
      if (hits * COMMON >= all && hits >= COMMON) return 'common'
      if (hits >= this.#maxHits) return { from: max(range.from, idOf(Number(hour))), to: range.to }
    }
    return range
  }
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
