/** The world of the flood benchmark: who has which address, what DNS says of it, and what they send. */
import { readFileSync } from 'node:fs'
import type { Answer, Records, RecordType, Resolver } from '../../src/model/resolver.ts'

/** All addresses are of 127.0.0.0/8: the second byte says whose. */
const KNOWN = 10
const REFUSED = 100
const RETURNING = 110
/** Networks of strangers: honest ones have 32 of them, hostile ones 64. */
const HONEST = 32
const FRESH = 128

/** How many there are that come again and again. */
export const KNOWN_COUNT = 500
export const REFUSED_COUNT = 4_000
const RETURNING_COUNT = 2_000

/** Neighbours in number are far apart in networks, as strangers are. */
const address = (second: number, index: number): string =>
  `127.${second}.${index % 251}.${1 + (Math.floor(index / 251) % 253)}`

export const knownAddress = (index: number): string => address(KNOWN, index % KNOWN_COUNT)
export const refusedAddress = (index: number): string => address(REFUSED, index % REFUSED_COUNT)
/** An address that was not seen before, until two millions were seen. */
export const strangerAddress = (index: number): string => address(HONEST + (index % 32), Math.floor(index / 32))
/** Every second one has never been seen; the others come back. */
export const hostileAddress = (index: number): string =>
  index % 2 === 0
    ? address(FRESH + (index % 64), Math.floor(index / 128))
    : address(RETURNING, (index >> 1) % RETURNING_COUNT)

/** The operator's list of networks that are refused. */
export const denied = [`127.${REFUSED}.0.0/16`]
export const domain = 'example.org'
export const host = 'mx.example.org'

const SENDERS = 20
const DIGITS = 'ghijklmnopqrstuv'

/** A name for a mail server that is not made of its address as a person would see it. */
export function nameOf(ip: string): string {
  const bytes = ip.split('.').map(Number)
  const word = bytes.map(byte => `${DIGITS[byte >> 4]}${DIGITS[byte & 15]}`).join('')
  return `${word}.${senderDomain((bytes[2] ?? 0) + (bytes[3] ?? 0))}`
}
const senderDomain = (index: number): string => `sender${index % SENDERS}.example`
/** Whose mail an honest client sends. */
export const domainOfClient = (ip: string): string => nameOf(ip).slice(nameOf(ip).indexOf('.') + 1)

const answered = <R>(...records: readonly [R, ...R[]]): Answer<R> => ({ kind: 'answer', records })
const nothing = { kind: 'nxdomain' } as const

/**
 * Honest clients have a name that leads back to them, and a domain that lets them send; hostile ones have neither, and
 * use the domain of somebody else. Answers are there at once, as those of a cache.
 */
export const names: Resolver = {
  resolve: async (name, type) => lookUp(name.toLowerCase().replace(/\.$/, ''), type) as Answer<never>,
}

function lookUp(name: string, type: RecordType): Answer<Records[RecordType]> {
  if (type === 'PTR') {
    const ip = name.split('.').slice(0, 4).toReversed().join('.')
    const second = Number(ip.split('.')[1])
    return second === KNOWN || (second >= HONEST && second < HONEST + 32) ? answered(nameOf(ip)) : nothing
  }
  const sender = /^(?:([g-v]{8})\.)?sender\d+\.example$/.exec(name)
  if (sender === null) {
    if (name === 'bank.example') return bank(type)
    return nothing
  }
  if (sender[1] !== undefined) return type === 'A' ? answered(addressIn(sender[1])) : { kind: 'nodata' }
  if (type === 'MX') return answered({ exchange: `mail.${name}`, priority: 10 })
  if (type === 'TXT') return answered([`v=spf1 ip4:127.${KNOWN}.0.0/16 ip4:127.${HONEST}.0.0/11 -all`])
  return { kind: 'nodata' }
}

function bank(type: RecordType): Answer<Records[RecordType]> {
  if (type === 'TXT') return answered(['v=spf1 ip4:192.0.2.0/24 -all'])
  return type === 'MX' ? answered({ exchange: 'mail.bank.example', priority: 10 }) : { kind: 'nodata' }
}

const addressIn = (word: string): string =>
  [0, 2, 4, 6].map(at => DIGITS.indexOf(word[at] ?? '') * 16 + DIGITS.indexOf(word[at + 1] ?? '')).join('.')

/** What the content check looks for. */
export const SPAM_PHRASE = 'Claim your inheritance of ten million today'
const MESSAGE_SIZE = 14_000

/** A message of 14 KB with the end of its data. Its kind stands in it for the next hop to count. */
export function messageOf(kind: string, from: string): Buffer {
  const head = [
    `From: <a@${from}>`,
    `To: <b@${domain}>`,
    'Date: Mon, 23 Nov 2026 10:00:00 +0000',
    `Message-ID: <${kind}@${from}>`,
    `X-Kind: ${kind}`,
    'Subject: A message',
    '',
    '',
  ].join('\r\n')
  const words = kind === 'spam' ? SPAM_PHRASE : 'Some words that are neither long nor short, and then some more'
  const line = `${words}\r\n`
  return Buffer.from(`${head}${line.repeat(Math.ceil((MESSAGE_SIZE - head.length) / line.length))}.\r\n`)
}

/** Whether a run may be repeated: the same numbers for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Milliseconds of CPU that all processes of this machine have used: on a shared one others disturb. */
export function machineCpu(): number {
  const [, user = 0, nice = 0, system = 0] = (readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '')
    .split(/\s+/)
    .map(Number)
  return (user + nice + system) * 10
}
