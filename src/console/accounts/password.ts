/** Passwords: scrypt (RFC 7914) with its parameters beside each hash, a few at a time. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

/** How expensive a hash is: memory is 128 × cost × blockSize bytes. */
export interface PasswordCost {
  /** N of scrypt: a power of two. @default 32768 */
  readonly cost?: number
  /** r of scrypt. @default 8 */
  readonly blockSize?: number
  /** p of scrypt. @default 3 */
  readonly parallelization?: number
}

/** Hashes that are computed at once, and that wait: 32 MB and a quarter of a second each. */
const [MAX_RUNNING, MAX_WAITING] = [2, 20]
/** Of clients that have signed in before so many more wait, in front of the others. */
const MAX_KNOWN_WAITING = 20

/** There are too many attempts at once: try again later. */
export class Busy extends Error {}

/** Hashes and compares passwords. */
export class Passwords {
  // OWASP's Password Storage Cheat Sheet lists N = 2^15, r = 8, p = 3 as equal to N = 2^17, r = 8, p = 1 in a quarter
  // of the memory.
  readonly #cost: Required<PasswordCost>
  readonly #waiting: (() => void)[] = []
  readonly #known: (() => void)[] = []
  #running = 0
  /** Stands in for an account that is not there, so that both take as long. */
  #decoy: Promise<string> | undefined

  constructor({ cost = 32_768, blockSize = 8, parallelization = 3 }: PasswordCost = {}) {
    this.#cost = { cost, blockSize, parallelization }
  }

  /** `scrypt$N$r$p$salt$hash`. @throws Busy */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(16)
    const { cost, blockSize, parallelization } = this.#cost
    const key = await this.#derive(password, salt, this.#cost)
    return ['scrypt', cost, blockSize, parallelization, salt.toString('base64url'), key.toString('base64url')].join('$')
  }

  /**
   * Compares with a hash; without one it takes as long and says no.
   *
   * @param isKnown the client has signed in to this account before: those who try names do not keep it waiting
   * @throws Busy
   */
  async verify(password: string, stored: string | undefined, isKnown = false): Promise<boolean> {
    this.#decoy ??= this.hash(randomBytes(16).toString('hex')).catch(error => {
      this.#decoy = undefined
      throw error
    })
    const decoy = await this.#decoy
    const read = readHash(stored ?? decoy)
    if (read === undefined) return false
    const key = await this.#derive(password, read.salt, read.cost, isKnown)
    return key.length === read.key.length && timingSafeEqual(key, read.key) && stored !== undefined
  }

  async #derive(
    password: string,
    salt: Buffer,
    { cost, blockSize, parallelization }: Required<PasswordCost>,
    isKnown = false,
  ): Promise<Buffer> {
    await this.#turn(isKnown)
    try {
      const options = { N: cost, r: blockSize, p: parallelization, maxmem: 256 * cost * blockSize }
      return await derive(password.normalize('NFC'), salt, options)
    } finally {
      const next = this.#known.shift() ?? this.#waiting.shift()
      // The place goes on to the next one, so that no other takes it in between.
      if (next === undefined) this.#running -= 1
      else next()
    }
  }

  async #turn(isKnown: boolean): Promise<void> {
    if (this.#running < MAX_RUNNING) {
      this.#running += 1
      return
    }
    const [queue, max] = isKnown ? [this.#known, MAX_KNOWN_WAITING] : [this.#waiting, MAX_WAITING]
    if (queue.length >= max) throw new Busy('too many passwords are compared at once')
    await new Promise<void>(resolve => queue.push(resolve))
  }
}

const KEY_LENGTH = 32

const derive = (password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_LENGTH, options, (error, key) => (error ? reject(error) : resolve(key)))
  })

function readHash(stored: string) {
  const [scheme, cost, blockSize, parallelization, salt, key] = stored.split('$')
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) return undefined
  return {
    cost: { cost: Number(cost), blockSize: Number(blockSize), parallelization: Number(parallelization) },
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  }
}

/** Why a password is too easy to guess; undefined where it is not (NIST SP 800-63B §5.1.1.2). */
export function weaknessOf(password: string, name: string): string | undefined {
  const text = password.normalize('NFKC').toLowerCase()
  if (text.length < 12) return 'has fewer than 12 characters'
  if (new Set(text).size < 6) return 'repeats a few characters'
  const names = name.toLowerCase().split(/[^\p{L}\p{N}]+/u)
  const without = [...names, ...COMMON].reduce(
    (rest, word) => (word.length < 4 ? rest : rest.replaceAll(word, '')),
    text,
  )
  return without.length < 6 ? 'consists of common words, sequences or the name of the account' : undefined
}

/** The words that lists of stolen passwords are made of, and rows of keyboards. */
const COMMON = [
  ...['password', 'passwort', 'passw0rd', 'p@ssword', 'p@ssw0rd', 'letmein', 'welcome', 'iloveyou', 'monkey', 'dragon'],
  ...['football', 'baseball', 'princess', 'sunshine', 'master', 'admin', 'administrator', 'root', 'login', 'secret'],
  ...['changeme', 'default', 'postern', 'console', 'operator', 'qwertyuiop', 'qwerty', 'qwertz', 'asdfghjkl', 'asdf'],
  ...['zxcvbnm', '1q2w3e4r', '1qaz2wsx', '123456789', '12345678', '1234567', '123456', '12345', '1234', '7654321'],
  ...['abcdefgh', 'abcdef', 'abc123', 'abcd', '4321', '1111', '0000', 'summer', 'winter', 'spring', 'autumn', 'hello'],
]
