/** A DNS zone as a literal, for tests and replays. */
import { aborted, answered, badName, failure } from '../dns/answer.ts'
import { queryName } from '../dns/name.ts'
import { PosternError, type Problem } from '../model/errors.ts'
import { isRecord, unknownKey } from '../model/options.ts'
import type { Answer, FailureCause, Records, RecordType, Resolver } from '../model/resolver.ts'

/** One record, or several. */
export type OneOrMany<R> = R | readonly R[]

/**
 * The records of a name. A bare string that is the name of a failure (`'timeout'`, `'servfail'` …) makes questions of
 * that type fail so; within an array it is an ordinary record.
 */
export interface ZoneNode {
  /** IPv4 addresses. */
  readonly A?: OneOrMany<string> | FailureCause
  /** IPv6 addresses. */
  readonly AAAA?: OneOrMany<string> | FailureCause
  /** Texts; each record is one string, or its chunks. */
  readonly TXT?: string | readonly (string | readonly string[])[] | FailureCause
  /** Mail exchangers. */
  readonly MX?: OneOrMany<Records['MX']> | FailureCause
  /** Host names of an address. */
  readonly PTR?: OneOrMany<string> | FailureCause
  /** Name servers. */
  readonly NS?: OneOrMany<string> | FailureCause
  /** An alias, followed for every type that the name does not have. */
  readonly CNAME?: string | FailureCause
  /** How questions of other types fail. @default no data */
  readonly otherwise?: FailureCause
}

/** Names and their records; a bare failure applies to all types. `*.example.org` is a wildcard (RFC 4592). */
export type ZoneLiteral = Readonly<Record<string, ZoneNode | FailureCause>>

/** A resolver that answers from a literal. */
export interface Zone extends Resolver {
  /** Every question so far, in order, as `example.org TXT`. */
  readonly asked: readonly string[]
}

type Held = { readonly [T in RecordType]?: readonly Records[T][] | FailureCause }

interface Node {
  readonly held: Held
  readonly otherwise?: FailureCause | undefined
}

const MAX_CHAIN = 8

const causes: Readonly<Record<FailureCause, true>> = {
  timeout: true,
  servfail: true,
  refused: true,
  unreachable: true,
  malformed: true,
  budget: true,
  'bad-name': true,
  aborted: true,
}

/**
 * Returns a DNS zone for tests. Names match in any case, CNAMEs are followed, and a name that only has names below it
 * exists (NODATA, not NXDOMAIN). Throws a {@link PosternError} for what is no record and no failure.
 *
 * @example
 * const dns = zone({
 *   'example.org': { TXT: ['v=spf1 -all'], MX: { exchange: 'mx.example.org', priority: 10 }, A: '192.0.2.1' },
 *   'slow.example': 'timeout',
 *   'broken.example': { A: '192.0.2.2', TXT: 'servfail' },
 * })
 * await dns.resolve('example.org', 'A') // { kind: 'answer', records: ['192.0.2.1'] }
 */
export function zone(literal: ZoneLiteral): Zone {
  checkZone(literal)
  const nodes = new Map<string, Node>()
  for (const [name, held] of Object.entries(literal)) nodes.set(canonical(name), toNode(held))
  for (const name of [...nodes.keys()]) {
    for (const above of ancestors(name)) if (!nodes.has(above)) nodes.set(above, { held: {} })
  }
  const asked: string[] = []
  return {
    asked,
    resolve: async (name, type, options) => {
      const query = queryName(name)
      if (query === undefined) return badName
      if (options?.signal?.aborted) return aborted
      asked.push(`${query} ${type}`)
      return answer(nodes, query, type)
    },
  }
}

function answer<T extends RecordType>(nodes: ReadonlyMap<string, Node>, query: string, type: T): Answer<Records[T]> {
  let name = query
  for (let link = 0; link <= MAX_CHAIN; link += 1) {
    const node = nodes.get(name) ?? wildcard(nodes, name)
    if (node === undefined) return { kind: 'nxdomain' }
    const held = node.held[type]
    if (held !== undefined) return typeof held === 'string' ? failure(held, `${name} ${type}`) : answered(held)
    const alias = node.held.CNAME
    if (typeof alias === 'string') return failure(alias, `${name} CNAME`)
    if (alias?.[0] === undefined)
      return node.otherwise ? failure(node.otherwise, `${name} ${type}`) : { kind: 'nodata' }
    name = canonical(alias[0])
  }
  return failure('servfail', `${query} is the start of more than ${MAX_CHAIN} CNAMEs`)
}

// RFC 4592 §3.3.1: only the wildcard directly below the closest name that exists is the source of the answer.
function wildcard(nodes: ReadonlyMap<string, Node>, name: string): Node | undefined {
  const closest = ancestors(name).find(above => nodes.has(above))
  return closest === undefined ? undefined : nodes.get(`*.${closest}`)
}

function toNode(node: ZoneNode | FailureCause): Node {
  if (typeof node === 'string') return { held: {}, otherwise: node }
  const { A, AAAA, TXT, MX, PTR, NS, CNAME, otherwise } = node
  const held = {
    ...(A !== undefined && { A: recordsOf(A) }),
    ...(AAAA !== undefined && { AAAA: recordsOf(AAAA) }),
    ...(TXT !== undefined && { TXT: textsOf(TXT) }),
    ...(MX !== undefined && { MX: recordsOf(MX) }),
    ...(PTR !== undefined && { PTR: recordsOf(PTR) }),
    ...(NS !== undefined && { NS: recordsOf(NS) }),
    ...(CNAME !== undefined && { CNAME: recordsOf(CNAME) }),
  }
  return { held, otherwise }
}

function textsOf(
  value: string | readonly (string | readonly string[])[],
): readonly (readonly string[])[] | FailureCause {
  const records = recordsOf<string | readonly string[]>(value)
  return isCause(records) ? records : records.map(record => (typeof record === 'string' ? [record] : record))
}

function recordsOf<R>(value: OneOrMany<R> | FailureCause): readonly R[] | FailureCause {
  if (isCause(value)) return value
  return isMany(value) ? value : [value]
}

const isCause = (value: unknown): value is FailureCause => typeof value === 'string' && Object.hasOwn(causes, value)

const isMany = <R>(value: OneOrMany<R>): value is readonly R[] => Array.isArray(value)

const canonical = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()

function ancestors(name: string): readonly string[] {
  const labels = name.split('.')
  return labels.slice(1).map((_, index) => labels.slice(index + 1).join('.'))
}

const TYPES = ['A', 'AAAA', 'TXT', 'MX', 'PTR', 'NS', 'CNAME', 'otherwise'] as const

/** A misspelt type would make every question about it end in NODATA. @throws PosternError */
function checkZone(literal: unknown): void {
  const problems = isRecord(literal)
    ? Object.entries(literal).flatMap(([name, node]) => wrongNode(`zone['${name}']`, node))
    : [wrongZone('zone', literal, "names and their records; write zone({ 'example.org': { TXT: ['v=spf1 -all'] } })")]
  if (problems.length > 0) throw new PosternError(problems)
}

function wrongNode(path: string, node: unknown): readonly Problem[] {
  if (isCause(node)) return []
  if (!isRecord(node))
    return [
      wrongZone(path, node, `records by type, or one of ${Object.keys(causes).join(', ')}; write { A: '192.0.2.1' }`),
    ]
  return Object.keys(node)
    .filter(type => !(TYPES as readonly string[]).includes(type))
    .map(type => wrongZone(`${path}.${type}`, node[type], unknownKey(type, TYPES)))
}

function wrongZone(path: string, found: unknown, message: string): Problem {
  const [expected = '', remedy = ''] = message.split('; ')
  return { path, found, expected, remedy }
}
