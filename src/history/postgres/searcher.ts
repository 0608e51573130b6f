/** Searches a history in PostgreSQL: by the rarest condition first, a bounded number of rows at a time. */
import type { PostgresClient } from '../../postgres/client.ts'
import { entryOf, matcherOf, type Row } from '../row.ts'
import { conditionsOf } from '../terms.ts'
import type { HistoryEntry, HistoryPage, HistoryQuery } from '../types.ts'
import { holds, holdsPlace, type Places, placesOf, ruleOf, Values } from './conditions.ts'
import { RuleCounts } from './rule-counts.ts'
import { idIn, idOf, MAX_ID, type Range } from './schema.ts'

/** Rows that one search looks at before it gives back what it has. */
const MAX_ROWS = 10_000
/** Rows of one statement, where further conditions may leave few of them. */
const CHUNK = 2_000
/** Rows that are counted to find the rarest condition. */
const MAX_COUNTED = 1_000
/** Places of a condition that may lead to rows: each is looked up by itself. */
const MAX_PLACES = 16
/** Statements of one search. */
const MAX_STATEMENTS = 20

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 500

interface FoundRow extends Row {
  /** As text: it exceeds the whole numbers of JavaScript. */
  readonly id: string
}

/** What one statement has found. */
interface Chunk {
  readonly rows: readonly FoundRow[]
  /** The id below which the search goes on; undefined where the range is searched through. */
  readonly before: bigint | undefined
  readonly looked: number
}

/** How a condition leads to rows. */
interface Driver {
  readonly places: Places | undefined
  readonly rest: readonly Places[]
}

export class Searcher {
  readonly #client: PostgresClient
  readonly #rules: RuleCounts

  /** @param maxHits rows of a rule that one statement may sort */
  constructor(client: PostgresClient, maxHits?: number) {
    this.#client = client
    this.#rules = new RuleCounts(client, maxHits)
  }

  async search(query: HistoryQuery): Promise<HistoryPage> {
    const conditions = conditionsOf(query).map(placesOf)
    if (conditions.some(places => places.length === 0)) return { entries: [] }
    const { since = 0, until, cursor } = query
    const limit = Math.min(Math.max(query.limit ?? DEFAULT_LIMIT, 1), MAX_LIMIT)
    const end = [until === undefined ? MAX_ID : idOf(until), idIn(cursor)]
    const range = { from: idOf(since), to: end.reduce((a, b) => (a < b ? a : b)) }
    const driver = await this.#driverOf(conditions, range)
    return await this.#collect(driver, range, query, limit)
  }

  async #collect(driver: Driver, range: Range, query: HistoryQuery, limit: number): Promise<HistoryPage> {
    const matches = matcherOf(query)
    // Otherwise one statement may find all that a page needs.
    const isSimple = driver.rest.length === 0 && query.verdict !== 'accept'
    const entries: HistoryEntry[] = []
    const seen = new Set<string>()
    let { to } = range
    let looked = 0
    for (let statements = 0; statements < MAX_STATEMENTS && looked < MAX_ROWS; statements += 1) {
      const chunk = await this.#chunk(driver, { from: range.from, to }, isSimple ? limit : CHUNK, query.rule)
      for (const row of chunk.rows) {
        // A row that two columns lead to comes twice.
        const name = `${row.id} ${row.ref} ${row.recipient}`
        if (seen.has(name) || !matches(row)) continue
        seen.add(name)
        entries.push(entryOf(row))
        if (entries.length >= limit) return { entries, next: row.id }
      }
      if (chunk.before === undefined) return { entries }
      to = chunk.before
      looked += chunk.looked
    }
    return { entries, next: String(to), isPartial: true }
  }

  /** Finds the condition that the fewest rows fulfil. */
  async #driverOf(all: readonly Places[], range: Range): Promise<Driver> {
    const conditions = all.filter(places => places.length <= MAX_PLACES)
    const long = all.filter(places => places.length > MAX_PLACES)
    const [only, ...others] = conditions
    if (only === undefined || others.length === 0) return { places: only, rest: long }
    const values = new Values()
    const counts = conditions.map((places, index) => {
      // Counting a rule is expensive: another condition leads, if it is rare.
      if (ruleOf(places) !== undefined) return `${MAX_COUNTED} AS c${index}`
      const some = places.map(
        place =>
          `(SELECT 1 FROM recipients WHERE ${holdsPlace(place, values)} AND ${inRange(range)} LIMIT ${MAX_COUNTED})`,
      )
      return `(SELECT count(*)::integer FROM (${some.join(' UNION ALL ')}) AS s) AS c${index}`
    })
    const [row] = await this.#client.query<Record<string, number>>(`SELECT ${counts.join(', ')}`, values.list)
    const sized = conditions.map((places, index) => ({ places, size: row?.[`c${index}`] ?? 0 }))
    const [first, ...rest] = sized.toSorted((a, b) => a.size - b.size)
    return { places: first?.places, rest: [...rest.map(({ places }) => places), ...long] }
  }

  async #chunk({ places, rest }: Driver, range: Range, size: number, rule: string | undefined): Promise<Chunk> {
    if (places !== undefined && rule !== undefined && ruleOf(places) !== undefined) {
      const window = await this.#rules.window(rule, range)
      if (window === 'common') return await this.#rows(undefined, [places, ...rest], range, Math.max(size, CHUNK))
      const chunk = await this.#rows(places, rest, window, size)
      const isEnd = window.from <= range.from
      return chunk.before === undefined && !isEnd ? { ...chunk, before: window.from } : chunk
    }
    return await this.#rows(places, rest, range, size)
  }

  /** The newest rows of a range that the driver leads to, and of them those that fulfil the rest. */
  async #rows(places: Places | undefined, rest: readonly Places[], range: Range, size: number): Promise<Chunk> {
    const values = new Values()
    const branches = (places ?? [undefined]).map(place => {
      const condition = place === undefined ? '' : `${holdsPlace(place, values)} AND `
      const rows = `SELECT * FROM recipients WHERE ${condition}${inRange(range)}`
      // An index of arrays has no order: without the fence the order of ids would be gone through to the end.
      const from = place?.column === 'rules' ? `(${rows} OFFSET 0) AS unordered` : undefined
      return from === undefined
        ? `(${rows} ORDER BY id DESC LIMIT ${size})`
        : `(SELECT * FROM ${from} ORDER BY id DESC LIMIT ${size})`
    })
    const filter = rest.map(other => holds(other, values, 'looked.')).join(' AND ') || 'true'
    const found = await this.#client.query<FoundRow & { readonly looked: number; readonly lowest: string | null }>(
      `WITH looked AS MATERIALIZED (
         SELECT * FROM (${branches.join(' UNION ALL ')}) AS branches ORDER BY id DESC LIMIT ${size})
       SELECT s.looked, s.lowest, ${COLUMNS}
       FROM (SELECT count(*)::integer AS looked, min(id)::text AS lowest FROM looked) AS s
       LEFT JOIN looked ON ${filter} ORDER BY looked.id DESC NULLS LAST`,
      values.list,
    )
    const [first] = found
    const looked = first?.looked ?? 0
    const before = looked < size || first?.lowest == null ? undefined : BigInt(first.lowest)
    return { rows: found.filter(({ id }) => id !== null), before, looked }
  }
}

const inRange = ({ from, to }: Range): string => `id >= ${from} AND id < ${to}`

const COLUMNS = `looked.id::text AS id, (looked.id >> 20)::double precision AS time, ref, txn, ip, reverse_path, recipient,
  verdict, dry_run, score, code, author, subject, message_id, delivery, tagged`
