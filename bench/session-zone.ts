/**
 * A DNS that gives what a receiver recorded, and signatures that pass where one passed. What it does not know
 * fails.
 */
import { generateKeyPairSync } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { reverseName } from '../src/dns/reverse.ts'
import type { Resolver } from '../src/model/resolver.ts'
import { type ZoneLiteral, type ZoneNode, zone } from '../src/testing/zone.ts'
import { fieldsOf, textOf } from './fields.ts'
import type { Recorded } from './recorded.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
const PRIVATE = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const KEY = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`
const SELECTOR = 'bench'

export interface Client {
  readonly ip: string
  readonly helo: string
  /** The reverse name; `none` where there is none, undefined where it is not known. */
  readonly name?: string | undefined
}

export interface Facts {
  readonly client: Client
  readonly sender: string
  readonly author?: string | undefined
  readonly recorded?: Recorded | undefined
  readonly bytes: Buffer
  /** When it was received. */
  readonly at: number
}

const domainOf = (address: string | undefined): string | undefined => {
  const domain = address?.slice(address.lastIndexOf('@') + 1).toLowerCase()
  return domain !== undefined && /^[a-z0-9.-]+\.[a-z0-9-]+$/.test(domain) ? domain : undefined
}

/** Domains whose signature passed; without a domain, the author's. */
function passingDomains({ recorded, author }: Pick<Facts, 'recorded' | 'author'>): readonly string[] {
  const own = domainOf(author)
  const passed = (recorded?.dkim ?? []).filter(({ result }) => result === 'pass').map(({ domain }) => domain)
  const named = passed.flatMap(domain => (domain.includes('.') ? domain : (own ?? [])))
  // DMARC passed, and SPF cannot have been the reason.
  if (named.length === 0 && recorded?.dmarc === 'pass' && recorded.spf !== 'pass' && own) return [own]
  return [...new Set(named)].slice(0, 3)
}

/** The message with a signature of ours for each domain whose signature passed. */
export async function signed(facts: Facts): Promise<Buffer> {
  const domains = passingDomains(facts)
  if (domains.length === 0) return facts.bytes
  const { fields, body } = fieldsOf(facts.bytes.toString('latin1'))
  const others = fields.filter(({ name, value }) => {
    const domain = /[;\s]d=\s*([^;\s]+)/.exec(` ${value}`)?.[1]?.toLowerCase()
    return name !== 'dkim-signature' || domain === undefined || !domains.includes(domain)
  })
  const bytes = Buffer.from(`${textOf(others)}\r\n${body}`, 'latin1')
  const dataOf = (signingDomain: string) => ({ signingDomain, selector: SELECTOR, privateKey: PRIVATE })
  const signatureData = domains.map(dataOf)
  const { signatures } = await dkimSign(bytes, {
    ...dataOf(domains[0] ?? ''),
    canonicalization: 'relaxed/relaxed',
    signTime: new Date(facts.at - 5000),
    signatureData,
  })
  return Buffer.concat([Buffer.from(signatures.replace(/\r?\n/g, '\r\n'), 'latin1'), bytes])
}

const QUALIFIERS: Readonly<Record<string, string>> = { fail: '-all', softfail: '~all', neutral: '?all' }

function spfNode(recorded: Recorded | undefined, ip: string): ZoneNode {
  switch (recorded?.spf) {
    case 'pass':
    case 'bestguesspass':
      return { TXT: `v=spf1 ip${ip.includes(':') ? '6' : '4'}:${ip} -all` }
    case 'fail':
    case 'softfail':
    case 'neutral':
      return { TXT: `v=spf1 ${QUALIFIERS[recorded.spf]}` }
    case 'permerror':
      return { TXT: 'v=spf1 unknown:mechanism -all' }
    case 'none':
      return {}
    default:
      return { TXT: 'timeout' }
  }
}

function dmarcNode(recorded: Recorded | undefined): ZoneNode {
  switch (recorded?.dmarc) {
    case 'pass':
    case 'fail':
      return { TXT: `v=DMARC1; p=${recorded.policy ?? 'none'}` }
    case 'none':
    case 'bestguesspass':
      return {}
    case 'permerror':
      return { TXT: 'v=DMARC1; p=' }
    default:
      return { TXT: 'timeout' }
  }
}

const MAIL = (name: string): ZoneNode => ({ MX: { exchange: `mx.${name}`, priority: 10 }, A: '198.51.100.1' })

export function zoneOf({ client, sender, author, recorded }: Omit<Facts, 'bytes' | 'at'>): ZoneLiteral {
  const { ip, helo, name } = client
  const nodes = new Map<string, ZoneNode>()
  const add = (at: string, node: ZoneNode) => nodes.set(at.toLowerCase(), { ...nodes.get(at.toLowerCase()), ...node })
  const address = ip.includes(':') ? { AAAA: ip } : { A: ip }
  const reverse = reverseName(ip)
  if (reverse !== undefined) add(reverse, name === 'none' ? {} : { PTR: name ?? 'timeout' })
  const from = domainOf(author)
  if (from !== undefined) add(from, MAIL(from))
  const path = domainOf(sender)
  if (path !== undefined) add(path, MAIL(path))
  if (domainOf(helo) !== undefined && domainOf(helo) === name) add(helo, address)
  if (name !== undefined && name !== 'none') add(name, address)
  const checkedBySpf = sender === '' ? domainOf(helo) : path
  if (checkedBySpf !== undefined) add(checkedBySpf, { otherwise: 'timeout', ...spfNode(recorded, ip) })
  const policyAt = recorded?.dmarc === undefined ? undefined : (recorded.author ?? from)
  if (from !== undefined) add(`_dmarc.${from}`, dmarcNode(recorded))
  if (policyAt?.includes('.')) add(`_dmarc.${policyAt}`, dmarcNode(recorded))
  for (const domain of passingDomains({ recorded, author })) add(`${SELECTOR}._domainkey.${domain}`, { TXT: [KEY] })
  // A signature that failed: there is a key, and it is another one.
  if (recorded?.dkim?.some(({ result }) => result === 'fail')) nodes.set('failed', { TXT: KEY })
  return Object.fromEntries(nodes)
}

/** Top-level domains that do not exist, so that a name below them is known not to exist. */
const NO_TLD = /(?:^|\.)(?:local|localdomain|lan|internal|home|corp|localhost|invalid|test|intra|domain|workgroup)$/i

/** Answers from the literal; what it does not contain fails, since nothing is known about it. */
export function recordedDns(literal: ZoneLiteral): Resolver {
  const known = zone(literal)
  const failedKey = Object.hasOwn(literal, 'failed')
  return {
    async resolve(name, type, options) {
      const answer = await known.resolve(name, type, options)
      const isKnown = Object.hasOwn(literal, name.toLowerCase())
      if (isKnown || answer.kind === 'answer' || NO_TLD.test(name) || !name.includes('.')) return answer
      if (failedKey && name.includes('._domainkey.')) return known.resolve('failed', type, options)
      // RFC 7489 §6.6.3: the organisational domain is asked after the author's.
      if (name.startsWith('_dmarc.') && Object.keys(literal).some(one => one.startsWith('_dmarc.'))) return answer
      return { kind: 'failure', cause: 'timeout', detail: `${name} ${type}` }
    },
  }
}
