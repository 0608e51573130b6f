/** References: short names by which a session is found in the log. */
import { nodeCrypto } from '../model/lazy.ts'

// Crockford's alphabet: no letters that are mistaken for others when they are read aloud.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 8
const POOL = 4096

let pool = Buffer.alloc(0)
let used = 0

/** 40 random bits, such as `7K2Q9F0D`. */
export function reference(): string {
  if (used + LENGTH > pool.length) {
    pool = nodeCrypto().randomBytes(POOL)
    used = 0
  }
  let text = ''
  for (const byte of pool.subarray(used, used + LENGTH)) text += ALPHABET[byte & 31]
  used += LENGTH
  return text
}
