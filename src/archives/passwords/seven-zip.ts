/** Checks a password of a 7-Zip archive by its key (SHA-256 in half a million rounds) and the first and last block. */
import { createDecipheriv, createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { type AesStream, aesStreamOf } from './seven-zip-header.ts'
import type { PasswordCheck } from './trial.ts'

/** Microseconds of the usual 2^19 rounds; more are not tried. */
const [USUAL_WORK, USUAL_ROUNDS, MAX_ROUNDS] = [11_000, 19, 22]
/** In place of the rounds: the password itself is the key. */
const NO_ROUNDS = 0x3f
/** Rounds that are hashed at once, and before the event loop serves others. */
const [AT_ONCE, SLICE] = [4_096, 262_144]
const BLOCK = 16

/** Undefined where nothing of the archive is encrypted, or its directory is not found. */
export function sevenZipCheck(bytes: Buffer): PasswordCheck | undefined {
  const stream = aesStreamOf(bytes)
  if (stream === undefined || (stream.rounds > MAX_ROUNDS && stream.rounds !== NO_ROUNDS)) return undefined
  const work = stream.rounds === NO_ROUNDS ? 1 : USUAL_WORK * 2 ** (stream.rounds - USUAL_ROUNDS)
  return { work: Math.ceil(work), isRight: async password => fits(stream, await keyOf(password, stream)) }
}

/** 7zFormat.txt and 7zAes: the hash of salt, password in UTF-16 and a counter of eight bytes, round after round. */
async function keyOf(password: string, { rounds, salt }: AesStream): Promise<Buffer> {
  const secret = Buffer.concat([salt, Buffer.from(password, 'utf16le')])
  if (rounds === NO_ROUNDS) return Buffer.concat([secret, Buffer.alloc(32)]).subarray(0, 32)
  const all = 2 ** rounds
  const [length, count] = [secret.length + 8, Math.min(all, AT_ONCE)]
  const hashed = Buffer.alloc(length * count)
  for (let index = 0; index < count; index++) secret.copy(hashed, index * length)
  const hash = createHash('sha256')
  for (let round = 0; round < all; round += count) {
    if (round % SLICE === 0 && round > 0) await setImmediate()
    for (let index = 0; index < count; index++) hashed.writeUInt32LE(round + index, index * length + secret.length)
    hash.update(hashed)
  }
  return hash.digest()
}

/** The padding is zeros, and compressed data begins as its method does. */
function fits({ data, iv, size, method }: AesStream, key: Buffer): boolean {
  const start = decrypt(data.subarray(0, BLOCK), key, iv)
  if (method === 'lzma' && start[0] !== 0) return false
  if (method === 'lzma2' && !(start[0] === 1 || (start[0] as number) >= 0xe0)) return false
  const padding = data.length - size
  if (padding <= 0 || padding >= BLOCK) return padding === 0
  const before = data.length === BLOCK ? iv : data.subarray(-2 * BLOCK, -BLOCK)
  const last = decrypt(data.subarray(-BLOCK), key, before)
  return last.subarray(BLOCK - padding).every(byte => byte === 0)
}

function decrypt(block: Buffer, key: Buffer, iv: Buffer): Buffer {
  return createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false).update(block)
}
