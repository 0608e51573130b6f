/**
 * What is remembered of those who send: decayed counts of good and bad for each identity that is proven, and what they say
 * of the next message (A. Jøsang, R. Ismail, The Beta Reputation System, 2002).
 */
import { organisationalDomain } from '../dns/organisation.ts'
import type { DecayingAdd, Store } from '../model/store.ts'
import { networkOf } from '../net/address.ts'
import type { Identities, Origin } from './identities.ts'

/** What was proven, and by what: `ip:192.0.2.1`, `dkim:example.net`. */
export type Identity = `${'ip' | 'network' | 'rdns' | 'spf' | 'dkim' | 'author'}:${string}`

/** How much of each kind. Fractions, once they have decayed. */
export interface Counts {
  readonly ham: number
  readonly spam: number
  /** Told to come back for something of their own making: too much at once. */
  readonly deferred: number
  /** Turned away before there was a message to judge, or for its form. */
  readonly refused: number
}

/** How long is remembered: after each half-life, half is forgotten. In milliseconds. */
export interface Memory {
  /** Decides what is known of an identity. */
  readonly halfLife: number
  /** Sees who has changed: a good past ends as soon as the recent one is bad. */
  readonly recent: number
}

const DAY = 86_400_000

export const usualMemory: Memory = { halfLife: 14 * DAY, recent: DAY }

/** What an identity's record says. */
export interface Standing extends Evidence {
  readonly identity: Identity
  /** The half-life of the memory that speaks. */
  readonly life: number
}

interface Evidence {
  readonly good: number
  readonly bad: number
  /** The expected share of good messages, from 0 to 1. */
  readonly share: number
  /** -1 for nothing but good for long, 0 for nothing known, 1 for nothing but bad. */
  readonly tendency: number
}

// The prior is worth ten messages, of which eight were good: who is unknown is at 80 %, and there points are 0.
const PRIOR = 10
const NEUTRAL = 0.8
// A refusal may be a list grown old, and a deferral a busy hour: neither says as much as spam.
const REFUSED = 0.3
const DEFERRED = 0.1
// After eight half-lives 0.4 % is left of a count.
const HALF_LIVES = 8
// More is no count, whoever has put it into the store.
const MAX_SIZE = 1e12

/** The client's identities: its address and the network around that, then its name. None where the address is unknown. */
export const clientOf = ({ ip, rdns }: Pick<Origin, 'ip' | 'rdns'>): readonly Identity[] => [
  ...(ip === undefined ? [] : addressesOf(ip)),
  ...(rdns === undefined ? [] : [`rdns:${rdns}` as const]),
]

const addressesOf = (ip: string): readonly Identity[] => [
  `ip:${customerOf(ip)}`,
  `network:${ip.includes(':') ? networkOf(ip, { v6: 48 }) : networkOf(ip)}`,
]

/** Whoever has one IPv6 address has the whole /64, and can take another for each message. */
export const customerOf = (ip: string): string => (ip.includes(':') ? networkOf(ip) : ip)

/** What a message itself proves, by organisation: whoever has a domain makes as many names below it as he likes. */
export function sendersOf({ spf, dkim, author }: Identities): readonly Identity[] {
  const signers = [...new Set(dkim.map(organisation))]
  return [
    ...(author === undefined ? [] : [`author:${organisation(author)}` as const]),
    ...signers.map(domain => `dkim:${domain}` as const),
    ...(spf === undefined ? [] : [`spf:${organisation(spf)}` as const]),
  ]
}

export const organisation = (domain: string): string => organisationalDomain(domain) ?? domain

const nothing: Counts = { ham: 0, spam: 0, deferred: 0, refused: 0 }

/** Adds to the record of an identity; nothing is added to look at it. */
export function accruals(
  identity: Identity,
  { halfLife, recent }: Memory,
  counts = nothing,
): readonly [DecayingAdd, DecayingAdd] {
  const amounts = [counts.ham, counts.spam, counts.deferred, counts.refused]
  const to = (key: string, life: number): DecayingAdd => ({
    op: 'decayingAdd',
    key: `${key}:${identity}`,
    amounts,
    halfLife: life,
    ttl: life * HALF_LIVES,
  })
  return [to('reputation', halfLife), to('lately', recent)]
}

/** Looks at the records of all identities, in one round trip. The answer survives JSON. */
export async function sumsOf(
  store: Store,
  identities: readonly Identity[],
  memory: Memory,
): Promise<readonly (readonly number[])[]> {
  return await store.run(identities.flatMap(identity => accruals(identity, memory)))
}

/** What the records say, in the order of the identities. */
export function standingsOf(
  identities: readonly Identity[],
  sums: readonly (readonly number[])[],
  memory: Memory,
): readonly Standing[] {
  return identities.map((identity, index) => {
    const [long, short] = [evidence(sums[2 * index]), evidence(sums[2 * index + 1])]
    const told = short.tendency > Math.max(long.tendency, 0) ? short : long
    return { ...told, identity, life: told === short ? memory.recent : memory.halfLife }
  })
}

function evidence(sums: readonly number[] | undefined): Evidence {
  // What was taken back may leave a rounding error below nothing.
  const [ham = 0, spam = 0, deferred = 0, refused = 0] = (sums ?? []).map(sum => (sum > 0 && sum < MAX_SIZE ? sum : 0))
  const bad = spam + REFUSED * refused + DEFERRED * deferred
  const share = (ham + NEUTRAL * PRIOR) / (ham + bad + PRIOR)
  const tendency = share > NEUTRAL ? (NEUTRAL - share) / (1 - NEUTRAL) : (NEUTRAL - share) / NEUTRAL
  return { good: ham, bad, share, tendency }
}

/** `example.net: 120 good, 3 bad in a memory of 14 days: 96 % good, certain to 92 %` */
export function sentence({ identity, good, bad, share, life }: Standing): string {
  const certain = (good + bad) / (good + bad + PRIOR)
  const [kind = '', name = ''] = splitIdentity(identity)
  const proof = kind === 'ip' || kind === 'network' ? name : `${name} (${proofs[kind] ?? kind})`
  return `${proof}: ${rounded(good)} good, ${rounded(bad)} bad in a memory of ${lifeInWords(life)}: ${percent(share)} good, certain to ${percent(certain)}`
}

const proofs: Readonly<Record<string, string>> = { rdns: 'rDNS', spf: 'SPF', dkim: 'DKIM', author: 'DMARC' }

const splitIdentity = (identity: Identity): readonly string[] => {
  const colon = identity.indexOf(':')
  return [identity.slice(0, colon), identity.slice(colon + 1)]
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
const rounded = (count: number): string => String(Math.round(count * 10) / 10)

function lifeInWords(ms: number): string {
  const hours = Math.round((ms / 3_600_000) * 10) / 10
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 2.4) / 10} days`
}
