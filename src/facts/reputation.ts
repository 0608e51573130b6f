/**
 * The records of senders: decaying counts of good and bad messages for each proven identity, and the evidence they give
 * about the next message (A. Jøsang, R. Ismail, The Beta Reputation System, 2002).
 */
import { organisationOf } from '../dns/organisation.ts'
import type { DecayingAdd, Store } from '../model/store.ts'
import { networkOf } from '../net/address.ts'
import type { Identities, Origin } from './identities.ts'

/** A proven identity and the proof: `ip:192.0.2.1`, `dkim:example.net`. */
export type Identity = `${'ip' | 'network' | 'rdns' | 'spf' | 'dkim' | 'author'}:${string}`

/** Messages and refusals by kind. Fractions after decay. */
export interface Counts {
  readonly ham: number
  readonly spam: number
  /** Deferred for their own behaviour, such as too many connections. */
  readonly deferred: number
  /** Refused before the message arrived, or for its form. */
  readonly refused: number
}

/** How fast records decay: after each half-life, half of a count is left. In milliseconds. */
export interface Memory {
  /** The half-life of the long record, which decides what is known about an identity. */
  readonly halfLife: number
  /** The half-life of the recent record: a bad recent record outweighs a good long one. */
  readonly recent: number
}

const DAY = 86_400_000

export const defaultMemory: Memory = { halfLife: 14 * DAY, recent: DAY }

/** The record of an identity. */
export interface Standing extends Evidence {
  readonly identity: Identity
  /** The half-life of the record that was used, in milliseconds. */
  readonly halfLife: number
}

interface Evidence {
  readonly good: number
  readonly bad: number
  /** The expected share of good messages, from 0 to 1. */
  readonly share: number
  /** From -1 for a long good record over 0 for no record to 1 for a long bad record. */
  readonly tendency: number
}

// The prior counts as ten messages, eight of them good: an unknown identity is at 80 %, which gives 0 points.
const PRIOR = 10
const NEUTRAL = 0.8
// A refusal may come from an outdated list, a deferral from a busy hour: neither weighs as much as spam.
const REFUSED = 0.3
const DEFERRED = 0.1
// After eight half-lives 0.4 % is left of a count.
const HALF_LIVES = 8
// Larger values are not counts; another program may have written them into the store.
const MAX_SIZE = 1e12

/** The client's identities: its address, its network, its confirmed name. None when the address is unknown. */
export const clientIdentities = ({ ip, rdns }: Pick<Origin, 'ip' | 'rdns'>): readonly Identity[] => [
  ...(ip === undefined ? [] : addressesOf(ip)),
  ...(rdns === undefined ? [] : [`rdns:${rdns}` as const]),
]

const addressesOf = (ip: string): readonly Identity[] => [
  `ip:${customerNetwork(ip)}`,
  `network:${ip.includes(':') ? networkOf(ip, { v6: 48 }) : networkOf(ip)}`,
]

/**
 * The address of an IPv4 client, the /64 of an IPv6 client, which can use another of its addresses for each message.
 */
export const customerNetwork = (ip: string): string => (ip.includes(':') ? networkOf(ip) : ip)

/**
 * The identities that a message proves, by organisation, because the owner of a domain can create any name below it.
 */
export function senderIdentities({ spf, dkim, author }: Identities): readonly Identity[] {
  const signers = [...new Set(dkim.map(organisationOf))]
  return [
    ...(author === undefined ? [] : [`author:${organisationOf(author)}` as const]),
    ...signers.map(domain => `dkim:${domain}` as const),
    ...(spf === undefined ? [] : [`spf:${organisationOf(spf)}` as const]),
  ]
}

const nothing: Counts = { ham: 0, spam: 0, deferred: 0, refused: 0 }

/** Adds counts to both records of an identity and returns the sums; adding nothing reads them. */
export function decayingAdds(
  identity: Identity,
  { halfLife, recent }: Memory,
  counts = nothing,
): readonly [DecayingAdd, DecayingAdd] {
  const amounts = [counts.ham, counts.spam, counts.deferred, counts.refused]
  const addTo = (key: string, life: number): DecayingAdd => ({
    op: 'decayingAdd',
    key: `${key}:${identity}`,
    amounts,
    halfLife: life,
    ttl: life * HALF_LIVES,
  })
  return [addTo('reputation', halfLife), addTo('reputation-recent', recent)]
}

/** Reads the records of all identities in one round trip. The result can be serialized as JSON. */
export async function readSums(
  store: Store,
  identities: readonly Identity[],
  memory: Memory,
): Promise<readonly (readonly number[])[]> {
  return await store.run(identities.flatMap(identity => decayingAdds(identity, memory)))
}

/** The records, in the order of the identities. */
export function standingsOf(
  identities: readonly Identity[],
  sums: readonly (readonly number[])[],
  memory: Memory,
): readonly Standing[] {
  return identities.map((identity, index) => {
    const [long, short] = [evidence(sums[2 * index]), evidence(sums[2 * index + 1])]
    const isRecent = short.tendency > Math.max(long.tendency, 0)
    return { ...(isRecent ? short : long), identity, halfLife: isRecent ? memory.recent : memory.halfLife }
  })
}

function evidence(sums: readonly number[] | undefined): Evidence {
  // Subtracting an earlier report may leave a rounding error below zero.
  const [ham = 0, spam = 0, deferred = 0, refused = 0] = (sums ?? []).map(sum => (sum > 0 && sum < MAX_SIZE ? sum : 0))
  const bad = spam + REFUSED * refused + DEFERRED * deferred
  const share = (ham + NEUTRAL * PRIOR) / (ham + bad + PRIOR)
  const tendency = share > NEUTRAL ? (NEUTRAL - share) / (1 - NEUTRAL) : (NEUTRAL - share) / NEUTRAL
  return { good: ham, bad, share, tendency }
}

/** `example.net: 120 good, 3 bad in a memory of 14 days: 96 % good, certain to 92 %` */
export function describeStanding({ identity, good, bad, share, halfLife }: Standing): string {
  const certain = (good + bad) / (good + bad + PRIOR)
  const [kind = '', name = ''] = splitIdentity(identity)
  const proof = kind === 'ip' || kind === 'network' ? name : `${name} (${proofs[kind] ?? kind})`
  return `${proof}: ${rounded(good)} good, ${rounded(bad)} bad in a memory of ${daysOrHours(halfLife)}: ${percent(share)} good, certain to ${percent(certain)}`
}

const proofs: Readonly<Record<string, string>> = { rdns: 'rDNS', spf: 'SPF', dkim: 'DKIM', author: 'DMARC' }

const splitIdentity = (identity: Identity): readonly string[] => {
  const colon = identity.indexOf(':')
  return [identity.slice(0, colon), identity.slice(colon + 1)]
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
const rounded = (count: number): string => String(Math.round(count * 10) / 10)

function daysOrHours(ms: number): string {
  const hours = Math.round((ms / 3_600_000) * 10) / 10
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 2.4) / 10} days`
}
