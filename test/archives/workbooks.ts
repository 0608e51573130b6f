/** Builds workbooks of Excel 97 to 2003, plain and encrypted in each way (MS-OFFCRYPTO §2.3.5 to §2.3.7). */
import { hash } from 'node:crypto'
import { ole } from './build.ts'

export interface BiffRecord {
  readonly kind: number
  readonly body: Buffer
}

export const record = (kind: number, ...body: readonly (Buffer | readonly number[])[]): BiffRecord => ({
  kind,
  body: Buffer.concat(body.map(part => Buffer.from(part as Buffer))),
})

const u16 = (...numbers: readonly number[]): Buffer =>
  Buffer.from(numbers.flatMap(number => [number & 255, number >> 8]))
const u32 = (...numbers: readonly number[]): Buffer =>
  u16(...numbers.flatMap(number => [number & 0xffff, number >>> 16]))

/** The globals of a workbook, with a very hidden sheet of macros, and that sheet. */
export const MACRO_BOOK: readonly BiffRecord[] = [
  record(0x809, u16(0x600, 5, 0, 0), u32(0, 0)),
  record(0x42, u16(1200)),
  record(0x85, u32(900), [2, 1, 6, 0], Buffer.from('Macro1')),
  record(0x18, u16(0x20), [0, 1, 7], u16(0), Buffer.alloc(7), [0, 1], Buffer.alloc(7)),
  record(0x0a),
  record(0x809, u16(0x600, 0x40, 0, 0), u32(0, 0)),
  record(0x06, Buffer.alloc(20), u16(9), Buffer.from('17040063616c63', 'hex'), [0x42, 1, 110, 0]),
  record(0x0a),
]

export const stream = (records: readonly BiffRecord[]): Buffer =>
  Buffer.concat(records.flatMap(({ kind, body }) => [u16(kind, body.length), body]))

export const workbook = (bytes: Buffer): Buffer => ole([{ path: 'Workbook', data: bytes }])

/** Bytes with what RC4 with this key adds, from an offset on. */
function rc4(key: Buffer, bytes: Buffer, skip = 0): Buffer {
  const state = Array.from({ length: 256 }, (_, index) => index)
  const at = (index: number): number => state[index] ?? 0
  const swap = (a: number, b: number): void => {
    ;[state[a], state[b]] = [at(b), at(a)]
  }
  for (let i = 0, j = 0; i < 256; i += 1) {
    j = (j + at(i) + (key[i % key.length] ?? 0)) % 256
    swap(i, j)
  }
  const out: number[] = []
  for (let n = 1, j = 0; n <= skip + bytes.length; n += 1) {
    j = (j + at(n % 256)) % 256
    swap(n % 256, j)
    if (n > skip) out.push((bytes[n - skip - 1] ?? 0) ^ at((at(n % 256) + at(j)) % 256))
  }
  return Buffer.from(out)
}

const PLAIN: ReadonlySet<number> = new Set([0x809, 0x2f])

/** The records with FILEPASS behind the first, each body changed by `change` at its place in the stream. */
function encrypted(
  records: readonly BiffRecord[],
  filePass: Buffer,
  change: (body: Buffer, at: number, record: BiffRecord) => Buffer,
): Buffer {
  const [first, ...others] = records
  let at = 0
  const all = [...(first ? [first] : []), record(0x2f, filePass), ...others].map(one => {
    const kept = PLAIN.has(one.kind) ? one.body.length : one.kind === 0x85 ? 4 : 0
    const body = Buffer.concat([one.body.subarray(0, kept), change(one.body.subarray(kept), at + 4 + kept, one)])
    at += 4 + one.body.length
    return { kind: one.kind, body }
  })
  return stream(all)
}

/** By blocks of 1024 bytes: the key of each is another. */
const byBlocks =
  (keyOf: (block: number) => Buffer) =>
  (body: Buffer, at: number): Buffer =>
    Buffer.concat(
      Array.from(body, (byte, index) => rc4(keyOf((at + index) >> 10), Buffer.from([byte]), (at + index) & 1023)),
    )

const SALT = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')
const VERIFIER = Buffer.from('f0e1d2c3b4a5968778695a4b3c2d1e0f', 'hex')

/** RC4 with 40 bits. */
export function rc4Book(records: readonly BiffRecord[], password: string): Buffer {
  const short = hash('md5', Buffer.from(password, 'utf16le'), 'buffer').subarray(0, 5)
  const many = Buffer.concat(Array.from({ length: 16 }, () => Buffer.concat([short, SALT])))
  const base = hash('md5', many, 'buffer').subarray(0, 5)
  const keyOf = (block: number): Buffer => hash('md5', Buffer.concat([base, u32(block)]), 'buffer')
  const proof = rc4(keyOf(0), Buffer.concat([VERIFIER, hash('md5', VERIFIER, 'buffer')]))
  return encrypted(records, Buffer.concat([u16(1, 1, 1), SALT, proof]), byBlocks(keyOf))
}

/** RC4 by the CryptoAPI with 128 bits. */
export function cryptoApiBook(records: readonly BiffRecord[], password: string): Buffer {
  const base = hash('sha1', Buffer.concat([SALT, Buffer.from(password, 'utf16le')]), 'buffer')
  const keyOf = (block: number): Buffer => hash('sha1', Buffer.concat([base, u32(block)]), 'buffer').subarray(0, 16)
  const proof = rc4(keyOf(0), Buffer.concat([VERIFIER, hash('sha1', VERIFIER, 'buffer')]))
  const provider = Buffer.from('Microsoft Enhanced Cryptographic Provider v1.0\0', 'utf16le')
  const header = Buffer.concat([u32(4, 0, 0x6801, 0x8004, 128, 1, 0, 0), provider])
  const verifier = Buffer.concat([u32(16), SALT, proof.subarray(0, 16), u32(20), proof.subarray(16)])
  const filePass = Buffer.concat([u16(1, 2, 2), u32(4, header.length), header, verifier])
  return encrypted(records, filePass, byBlocks(keyOf))
}

/** Obfuscation by exclusive or, with a key and a verifier that the password makes. */
export function xorBook(records: readonly BiffRecord[], password: string, key: number, verifier: number): Buffer {
  const turn = (byte: number, bits: number): number => ((byte >> bits) | (byte << (8 - bits))) & 255
  const padding = Buffer.from('bbffffbaffffb98000be0f00bf0f00', 'hex')
  const array = Buffer.concat([Buffer.from(password), padding])
    .subarray(0, 16)
    .map((byte, index) => turn(byte ^ ((key >> (8 * (index % 2))) & 255), 1))
  return encrypted(records, u16(0, key, verifier), (body, at, { body: whole }) =>
    Buffer.from(body.map((byte, index) => turn(byte, 3) ^ (array[(at + index + whole.length) % 16] ?? 0))),
  )
}
