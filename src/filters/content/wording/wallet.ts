/** Finds addresses of cryptocurrencies, and checks the checksums that they carry. */
import { createHash } from 'node:crypto'

const MAX_LENGTH = 20_000
/** Candidates whose checksum is calculated. */
const MAX_CANDIDATES = 20

const INVISIBLE = /\u034f|[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g
const CANDIDATE =
  /(?<![A-Za-z0-9])(?:(?:bc1|tb1|ltc1)[02-9ac-hj-np-z]{20,87}|0x[0-9a-fA-F]{40}|[1-9A-HJ-NP-Za-km-z]{26,106})(?![A-Za-z0-9])/gi

/** The first address with a right checksum, or of a kind whose checksum is not checked (Ethereum, Monero). */
export function walletIn(text: string): string | undefined {
  const plain = text.slice(0, MAX_LENGTH).normalize('NFKC').replace(INVISIBLE, '')
  let left = MAX_CANDIDATES
  for (const [candidate] of plain.matchAll(CANDIDATE)) {
    if (!isShape(candidate)) continue
    if (isWallet(candidate)) return candidate
    left -= 1
    if (left === 0) return undefined
  }
  return scatteredIn(plain)
}

/** Starts of addresses that are put together, and characters of one with what parts it. */
const [MAX_SCATTERED, MAX_SPAN] = [40, 200]
const START = /(?<![A-Za-z0-9])(?:bc1|tb1|ltc1|[13LMTDX][1-9A-HJ-NP-Za-km-z])/gi
/** Blanks, line ends, hyphens, dots, stars: `bc1q**w508…`. */
const PARTING = /[\s.\-‐-―_*|/,;:()[\]{}"'=]/

/** An address that is cut by blanks, line ends, hyphens or marks: only its checksum shows where it ends. */
function scatteredIn(text: string): string | undefined {
  let count = 0
  for (const { index } of text.matchAll(START)) {
    if (++count > MAX_SCATTERED) return undefined
    const { joined, ends } = joinedFrom(text, index)
    const isSegwit = /^(?:bc1|tb1|ltc1)/i.test(joined)
    for (const length of isSegwit ? [42, 43, 44, 62, 63] : [34, 33, 35, 32]) {
      const candidate = joined.slice(0, length)
      if (ends.has(length) && isShape(candidate) && isWallet(candidate)) return candidate
    }
  }
  return undefined
}

/** The letters and digits from `start` on, and the lengths at which a piece of them ends. */
function joinedFrom(text: string, start: number): { readonly joined: string; readonly ends: ReadonlySet<number> } {
  const ends = new Set<number>()
  let joined = ''
  for (let at = start; at < start + MAX_SPAN && joined.length < 70; at++) {
    const character = text[at] ?? ' '
    if (/[A-Za-z0-9]/.test(character)) joined += character
    else {
      ends.add(joined.length)
      if (!PARTING.test(character)) break
    }
  }
  return { joined, ends }
}

/** Whether the text has an address of the form of one, whether its checksum is right or not: some are mistyped. */
export const hasWallet = (text: string): boolean =>
  FORM.test(text.slice(0, MAX_LENGTH).replace(INVISIBLE, '')) || walletIn(text) !== undefined

const FORM =
  /\b(?:bc1[ac-hj-np-z02-9]{25,60}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|0x[0-9a-f]{40}|T[1-9A-HJ-NP-Za-km-z]{33}|[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93})\b/

/** Words are no address: each of these has a digit. */
const isShape = (text: string): boolean => /\d/.test(text) && /[A-Za-z]/.test(text)

function isWallet(text: string): boolean {
  if (/^(?:bc1|tb1|ltc1)/i.test(text)) return isBech32(text)
  if (/^0x/i.test(text)) return true
  return MONERO.test(text) || isBase58Check(text)
}

const MONERO = /^[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}$/

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
/** A version of one or two bytes, a hash of twenty, a checksum of four. */
const BASE58_LENGTHS: ReadonlySet<number> = new Set([25, 26])

/** Bitcoin, Litecoin, Dogecoin, Dash, Zcash, Tron: the end of a double SHA-256. */
function isBase58Check(text: string): boolean {
  if (text.length > 36) return false
  let number = 0n
  for (const character of text) {
    const digit = BASE58.indexOf(character)
    if (digit < 0) return false
    number = number * 58n + BigInt(digit)
  }
  const zeros = /^1*/.exec(text)?.[0].length ?? 0
  const hex = number === 0n ? '' : number.toString(16)
  const bytes = Buffer.from('00'.repeat(zeros) + (hex.length % 2 === 1 ? `0${hex}` : hex), 'hex')
  if (!BASE58_LENGTHS.has(bytes.length)) return false
  const [payload, sum] = [bytes.subarray(0, -4), bytes.subarray(-4)]
  return sha256(sha256(payload)).subarray(0, 4).equals(sum)
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
/** Of BIP 173 and of BIP 350. */
const BECH32_SUMS: ReadonlySet<number> = new Set([1, 0x2bc830a3])

function isBech32(text: string): boolean {
  const lower = text.toLowerCase()
  if (lower !== text && text.toUpperCase() !== text) return false
  const parting = lower.lastIndexOf('1')
  const prefix = lower.slice(0, parting)
  const values = [...lower.slice(parting + 1)].map(character => BECH32.indexOf(character))
  const codes = [...prefix].map(character => character.charCodeAt(0))
  const all = [...codes.map(code => code >> 5), 0, ...codes.map(code => code & 31), ...values]
  return !values.includes(-1) && BECH32_SUMS.has(polymod(all))
}

function polymod(values: readonly number[]): number {
  let sum = 1
  for (const value of values) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (const [bit, part] of GENERATOR.entries()) if ((top >> bit) & 1) sum ^= part
  }
  return sum
}
