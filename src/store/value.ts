/** How stores read keys, lifetimes, counts and decaying sums. */
import { nodeCrypto } from '../model/lazy.ts'

/** A longer key is stored as its SHA-256. */
const MAX_KEY_LENGTH = 128

/**
 * The key under which an entry is stored. NUL marks a hash, so that no short key can be taken for a long one. A lone
 * surrogate, which not every database can store, is escaped before hashing.
 */
export function boundedKey(key: string): string {
  const isWhole = key.isWellFormed()
  if (isWhole && key.length <= MAX_KEY_LENGTH && !key.startsWith('\0')) return key
  const { hash } = nodeCrypto()
  return isWhole ? `\0${hash('sha256', key, 'base64url')}` : `\0!${hash('sha256', JSON.stringify(key), 'base64url')}`
}

/** A hundred years: longer means for ever, so that no database overflows. */
const MAX_TTL_MS = 36_525 * 86_400_000

/** A ttl in milliseconds; Infinity for ever. */
export const expiryOf = (ttl: number): number => (ttl > 0 && ttl <= MAX_TTL_MS ? ttl : Number.POSITIVE_INFINITY)

/** The end of an entry as stores answer it. */
export const ending = (endsIn: number): { readonly endsIn?: number } => (Number.isFinite(endsIn) ? { endsIn } : {})

/** The count in a text; undefined if the text is none. */
export const countOf = (text: string): number | undefined => (/^-?\d{1,16}$/.test(text) ? Number(text) : undefined)

/** A whole number to count by; NaN and infinity count nothing. */
export const counted = (by: number): number => summed(0, Math.trunc(finite(by)))

/** The sum of two counts, bounded so that it stays a whole number. */
export const summed = (count: number, by: number): number =>
  Math.min(Math.max(count + by, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)

/** Decaying sums, as they were at a moment. */
export interface Sums {
  readonly at: number
  readonly sums: readonly number[]
}

/** Sums after decay until `now` plus `amounts`. A clock that went back causes no decay. */
export function decayedSums(held: Sums | undefined, amounts: readonly number[], halfLife: number, now: number): Sums {
  const passed = Math.max(now - (held?.at ?? now), 0)
  const share = halfLife > 0 && Number.isFinite(halfLife) ? 2 ** (-passed / halfLife) : 1
  return { at: now, sums: amounts.map((amount, index) => (held?.sums[index] ?? 0) * share + finite(amount)) }
}

/** The amount; 0 for NaN and infinity. */
export const finite = (amount: number): number => (Number.isFinite(amount) ? amount : 0)

/** Whether amounts change nothing. */
export const isLook = (amounts: readonly number[]): boolean => amounts.every(amount => finite(amount) === 0)
