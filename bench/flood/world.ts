/** The world of the flood benchmark: who has which address, what DNS says of it, and what they send. */
import { readFileSync } from 'node:fs'
import type { Answer, Records, RecordType, Resolver } from '../../src/model/resolver.ts'
import { textOf } from '../compare/messages.ts'

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

const LETTER = [
  'Attention: dear beneficiary,',
  'I am Barrister John Williams, the attorney of a late client who died in a plane crash and left no next of kin.',
  'I seek your consent to present you as the beneficiary of his inheritance fund of US$10,500,000 (ten million five',
  'hundred thousand United States dollars), which lies in the bank. This transaction is 100% risk free and confidential.',
  'You have won the lottery of compensation. Claim your prize now! Act now, this offer expires today.',
  'Send your full name, address, telephone number, bank account number and a copy of your passport. Kindly reply to my',
  'private email address barrister.williams@bank.example, and pay the transfer fee by Western Union or in Bitcoin.',
  'Buy cheap viagra and cialis online without prescription. Click here: http://192.0.2.7/claim.php?id=1 God bless you.',
].join('\r\n')

const spamFrom = (from: string): string =>
  [
    `From: "Barrister John Williams" <a@${from}>`,
    `To: <b@${domain}>`,
    `Date: ${new Date().toUTCString()}`,
    `Message-ID: <1@${from}>`,
    'Subject: URGENT: YOUR INHERITANCE OF $10,500,000 USD!!!',
    '',
    `${LETTER}\r\n\r\n`.repeat(4),
  ].join('\r\n')

/** A message of 5 KB with the end of its data. Its kind stands in it for the next hop to count. */
export function messageOf(kind: string, from: string): Buffer {
  const text = kind === 'spam' ? spamFrom(from) : textOf('text and HTML, 5 KB', from, 1)
  return Buffer.from(`X-Kind: ${kind}\r\n${text.replace(/^\./gm, '..')}.\r\n`)
}

/** Milliseconds of CPU that all processes of this machine have used: on a shared one others disturb. */
export function machineCpu(): number {
  const [, user = 0, nice = 0, system = 0] = (readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '')
    .split(/\s+/)
    .map(Number)
  return (user + nice + system) * 10
}
