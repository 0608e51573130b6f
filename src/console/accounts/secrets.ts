/** Random secrets and their hashes: what is kept cannot be used to sign in. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 bits, as 43 characters of base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** 96 bits, for names that are no secrets. */
export const newId = (): string => randomBytes(12).toString('base64url').replace(/^-/, '0')

/** SHA-256 is enough for 256 random bits: nothing can be guessed from it. */
export const hashOf = (secret: string): string => hash('sha256', secret, 'base64url')

/** Compares in a time that depends on neither text. */
export const isSame = (a: string, b: string): boolean =>
  timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))
