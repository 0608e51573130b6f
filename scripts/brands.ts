/**
 * `npm run brands`: checks the tables of brands against the DNS, and prints what is wrong. A whole domain must receive
 * or send mail (MX or SPF), a label must do so under one TLD, a TLD must be delegated. Leaves with 1 when something is
 * wrong, and with 2 when the DNS cannot be asked. Options: names of brands, to check only these.
 */
import { argv, exit } from 'node:process'
import { resolver } from '../src/dns/node.ts'
import { TABLE_DATE } from '../src/links/brand-table.ts'
import { type Brand, brands } from '../src/links/brands.ts'
import type { RecordType, Resolver } from '../src/model/resolver.ts'

/** What is wrong with an entry, or could not be found out. */
export interface BrandProblem {
  readonly brand: string
  readonly entry: string
  readonly problem: 'no-mail' | 'not-delegated' | 'unknown'
  /** A sentence. */
  readonly text: string
}

/** TLDs under which a brand may have its name, the most common first. */
const TLDS = (
  'com net org de co.uk fr it es nl be at ch eu pl pt se no dk fi ie cz hu tr ru ae in co.za com.au co.nz ca ' +
  'com.br com.co com.mx co.jp jp cn kr com.sg com.my gov io'
).split(' ')

/** Queries that wait at one time. */
const PARALLEL = 20

/** Checks each entry of the brands: at most 40 names are asked about a label, and most need one. */
export async function brandProblems(list: readonly Brand[], dns: Resolver): Promise<readonly BrandProblem[]> {
  const entries = list.flatMap(brand => brand.owns.map(entry => ({ brand: brand.name, entry })))
  const found: BrandProblem[] = []
  for (let at = 0; at < entries.length; at += PARALLEL) {
    const checked = entries.slice(at, at + PARALLEL).map(async ({ brand, entry }) => {
      const result = await check(entry, dns)
      return result === undefined ? [] : [{ brand, entry, ...result }]
    })
    found.push(...(await Promise.all(checked)).flat())
  }
  return found
}

type Result = Pick<BrandProblem, 'problem' | 'text'> | undefined

async function check(entry: string, dns: Resolver): Promise<Result> {
  if (entry.startsWith('.')) {
    const servers = await has(dns, entry.slice(1), 'NS')
    if (servers === undefined) return unknown(entry)
    return servers ? undefined : { problem: 'not-delegated', text: `the TLD ${entry} is not delegated` }
  }
  // Of families such as sparkasse-bonn.de no member is typical.
  if (entry.endsWith('-')) return undefined
  const names = entry.includes('.') ? [entry] : TLDS.map(tld => `${entry}.${tld}`)
  let failed = false
  for (const name of names) {
    const mail = await hasMail(dns, name)
    if (mail === true) return undefined
    failed ||= mail === undefined
  }
  if (failed) return unknown(entry)
  const where = entry.includes('.') ? entry : `${entry} under ${TLDS.length} TLDs`
  return { problem: 'no-mail', text: `${where} has neither an MX nor an SPF record` }
}

const unknown = (entry: string): Result => ({ problem: 'unknown', text: `the DNS has no answer about ${entry}` })

/** Undefined when the DNS has no answer. */
async function hasMail(dns: Resolver, name: string): Promise<boolean | undefined> {
  const [mx, spf] = [await has(dns, name, 'MX'), await hasSpf(dns, name)]
  if (mx === true || spf === true) return true
  return mx === undefined || spf === undefined ? undefined : false
}

async function has(dns: Resolver, name: string, type: RecordType): Promise<boolean | undefined> {
  const { kind } = await dns.resolve(name, type)
  return kind === 'failure' ? undefined : kind === 'answer'
}

async function hasSpf(dns: Resolver, name: string): Promise<boolean | undefined> {
  const answer = await dns.resolve(name, 'TXT')
  if (answer.kind === 'failure') return undefined
  return answer.kind === 'answer' && answer.records.some(record => record.join('').startsWith('v=spf1'))
}

if (import.meta.main) {
  const named = argv.slice(2)
  const list = named.length === 0 ? brands : brands.filter(({ name }) => named.includes(name))
  // The resolver keeps no process alive.
  const alive = setInterval(() => undefined, 60_000)
  const problems = await brandProblems(list, resolver())
  clearInterval(alive)
  for (const { brand, text } of problems) console.log(`${brand}: ${text}`)
  console.log(`${list.length} brands of ${TABLE_DATE}: ${problems.length} entries need a look`)
  const isUnknown = ({ problem }: BrandProblem): boolean => problem === 'unknown'
  exit(problems.every(isUnknown) ? (problems.length > 0 ? 2 : 0) : 1)
}
