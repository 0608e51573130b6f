/** Organisational domains: one label below the public suffix (RFC 7489 §3.2). The only file that imports tldts. */
import { createRequire } from 'node:module'
import { domainToASCII } from 'node:url'
import { lazy } from '../model/lazy.ts'
import type { Services } from '../model/services.ts'
import { queryName } from './name.ts'

/** The Public Suffix List in use: the version of tldts that contains it, and its date. Change both together. */
export const suffixList = { version: '7.5.4', published: '2026-11-15' } as const

// A third of the import time. Loaded synchronously, so that callers need no promise.
const tldts = lazy(() => createRequire(import.meta.url)('tldts') as typeof import('tldts'))

const MAX_NAME_LENGTH = 255
const OLD_DAYS = 90
const DAY = 86_400_000

/**
 * The organisational domain of a name, in A-labels and lower case. Private suffixes count: `alice.github.io` and
 * `bob.github.io` have different owners. An unknown top-level domain is a suffix of one label.
 *
 * @example
 * organisationalDomain('mail.example.co.uk') // 'example.co.uk'
 * @returns undefined for addresses, single labels, public suffixes and invalid names.
 */
export function organisationalDomain(name: string): string | undefined {
  const known = lookups.get(name)
  if (known !== undefined) return known ?? undefined
  if (name.length > MAX_NAME_LENGTH || !ASCII.test(name)) return findDomain(name)
  // A part of a page would keep the whole page in memory.
  const copy = Buffer.from(name, 'latin1').toString('latin1')
  const domain = findDomain(copy)
  if (lookups.size >= MAX_LOOKUPS) lookups.clear()
  lookups.set(copy, domain ?? null)
  return domain
}

/** Names of the last messages, since one message asks for its few domains a dozen times; null has no organisation. */
const lookups = new Map<string, string | null>()
const MAX_LOOKUPS = 1000

function findDomain(name: string): string | undefined {
  const query = queryName(toALabels(name))
  if (query === undefined || NUMERIC_END.test(query)) return undefined
  return (
    tldts().getDomain(query, { allowPrivateDomains: true, extractHostname: false, validateHostname: false }) ??
    undefined
  )
}

/** The organisational domain of a name, or the name itself where it has none. */
export const organisationOf = (name: string): string => organisationalDomain(name) ?? name

/** Whether a name ends in a suffix that the Public Suffix List has from ICANN: `example.tech`, not `example.pdf`. */
export function hasPublicSuffix(name: string): boolean {
  const query = queryName(name)
  if (query === undefined || NUMERIC_END.test(query)) return false
  const { isIcann, domain } = tldts().parse(query, { extractHostname: false, validateHostname: false })
  return isIcann === true && domain !== null
}

/** Whether two names have the same organisational domain: the relaxed alignment of DMARC (RFC 9989 §4.10.2). */
export const isSameOrganisation = (name: string, other: string): boolean =>
  name !== '' && (name === other || organisationalDomain(name) === organisationOf(other))

// RFC 3696 §2: no top-level domain is all digits, so 192.0.2.1 and 192.0.2.1.5 are not names.
const NUMERIC_END = /(?:^|\.)\d+$/

const ASCII = /^[\x00-\x7f]*$/

const toALabels = (name: string): string =>
  name.length > MAX_NAME_LENGTH || ASCII.test(name) ? name : domainToASCII(name)

/**
 * Notifies when the list is older than 90 days: new suffixes are then taken for organisations, and all domains below
 * one of them for a single organisation.
 */
export function reportSuffixListAge({ clock, notify }: Pick<Services, 'clock' | 'notify'>): void {
  const days = Math.floor((clock.now() - Date.parse(suffixList.published)) / DAY)
  if (days <= OLD_DAYS) return
  const reason = `the public suffix list is ${days} days old, of ${suffixList.published}: update postern`
  notify({ code: 'organisation/old', reason, level: 'warning' })
}

/** The public suffix of a name below a top-level domain that exists: `co.uk`. @returns undefined for other names */
export function publicSuffix(name: string): string | undefined {
  const { isIcann, publicSuffix: suffix } = tldts().parse(name, { extractHostname: false, validateHostname: false })
  return isIcann ? (suffix ?? undefined) : undefined
}
