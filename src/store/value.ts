/** How stores read what stands in them: keys, times, counts, and sums that fade. */
import { nodeCrypto } from '../model/lazy.ts'

/** A key longer than this is kept as its SHA-256. */
const MAX_KEY_LENGTH = 128

/**
 * NUL marks what is hashed, so that no short key can pass for a long one. Half a surrogate pair, which not every database
 * can keep, is written in letters first.
 */
export function boundedKey(key: string): string {
  const isWhole = key.isWellFormed()
  if (isWhole && key.length <= MAX_KEY_LENGTH && !key.startsWith('\0')) return key
  const { hash } = nodeCrypto()
  return isWhole ? `\0${hash('sha256', key, 'base64url')}` : `\0!${hash('sha256', JSON.stringify(key), 'base64url')}`
}

/** A hundred years: whoever means longer means for ever, and no database overflows. */
const MAX_LENGTH = 36_525 * 86_400_000

/** How long something ttl, in milliseconds; Infinity for ever. */
export const expiryOf = (ttl: number): number => (ttl > 0 && ttl <= MAX_LENGTH ? ttl : Number.POSITIVE_INFINITY)

/** The end as stores answer it. */
export const ending = (endsIn: number): { readonly endsIn?: number } => (Number.isFinite(endsIn) ? { endsIn } : {})

/** A count, if that is what a text is. */
export const countOf = (text: string): number | undefined => (/^-?\d{1,16}$/.test(text) ? Number(text) : undefined)

/** A whole number to count by; what is no number counts nothing. */
export const counted = (by: number): number => summed(0, Math.trunc(finite(by)))

/** A sum of counts, which stays a whole number however large. */
export const summed = (count: number, by: number): number =>
  Math.min(Math.max(count + by, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)

/** Sums that fade, as they were at a moment. */
export interface Sums {
  readonly at: number
  readonly sums: readonly number[]
}

/** Sums after fading until `now` and adding `amounts`. A clock that went back has no time fade. */
export function decayedSums(held: Sums | undefined, amounts: readonly number[], halfLife: number, now: number): Sums {
  const passed = Math.max(now - (held?.at ?? now), 0)
  const share = halfLife > 0 && Number.isFinite(halfLife) ? 2 ** (-passed / halfLife) : 1
  return { at: now, sums: amounts.map((amount, place) => (held?.sums[place] ?? 0) * share + finite(amount)) }
}

/** What is no number adds nothing. */
export const finite = (amount: number): number => (Number.isFinite(amount) ? amount : 0)

/** Whether amounts change nothing. */
export const isLook = (amounts: readonly number[]): boolean => amounts.every(amount => finite(amount) === 0)
