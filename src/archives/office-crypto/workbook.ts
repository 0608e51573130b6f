/** Opens encrypted workbooks of Excel 97 to 2003 (MS-OFFCRYPTO §2.3.5 to §2.3.7), where the password is known. */
import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { Rc4 } from './rc4.ts'

/** How a workbook is encrypted; `open` decrypts it, or is undefined for a wrong password. */
export type WorkbookLock = (password: string) => ((stream: Buffer) => Promise<Buffer>) | undefined

/** @param filePass the body of the record FILEPASS; undefined where the encryption is not known */
export function workbookLock(filePass: Buffer): WorkbookLock | undefined {
  if (filePass.length < 6) return undefined
  if (filePass.readUInt16LE(0) === 0) {
    const [key, verifier] = [filePass.readUInt16LE(2), filePass.readUInt16LE(4)]
    return password => (xorVerifier(password) === verifier ? xorKey(password, key) : undefined)
  }
  const [major, minor] = [filePass.readUInt16LE(2), filePass.readUInt16LE(4)]
  if (major === 1 && minor === 1 && filePass.length >= 54) return password => rc4Key(password, filePass.subarray(6, 54))
  if (major >= 2 && major <= 4 && minor === 2) return cryptoApiLock(filePass.subarray(6))
  return undefined
}

/** RC4 with 40 bits, and a key for each block of 1024 bytes (§2.3.6). */
function rc4Key(password: string, verifier: Buffer): ReturnType<WorkbookLock> {
  const salt = verifier.subarray(0, 16)
  const first = hash('md5', Buffer.from(password, 'utf16le'), 'buffer').subarray(0, 5)
  const repeated = Buffer.concat(Array.from({ length: 16 }, () => [first, salt]).flat())
  const base = hash('md5', repeated, 'buffer').subarray(0, 5)
  const keyOf = (block: number): Buffer => hash('md5', Buffer.concat([base, uint32(block)]), 'buffer')
  const rc4 = new Rc4(keyOf(0))
  const proof = hash('md5', rc4.decrypt(verifier.subarray(16, 32)), 'buffer')
  return rc4.decrypt(verifier.subarray(32, 48)).equals(proof) ? stream => decryptBlocks(stream, keyOf) : undefined
}

/** RC4 by the CryptoAPI of Windows (§2.3.5): SHA-1, and keys of 40 to 128 bits. */
function cryptoApiLock(info: Buffer): WorkbookLock | undefined {
  if (info.length < 44) return undefined
  const headerSize = info.readUInt32LE(4)
  const bits = info.readUInt32LE(8 + 16) || 40
  const verifier = info.subarray(8 + headerSize)
  if (verifier.length < 60 || bits > 128 || bits % 8 !== 0) return undefined
  return password => {
    const base = hash('sha1', Buffer.concat([verifier.subarray(4, 20), Buffer.from(password, 'utf16le')]), 'buffer')
    const keyOf = (block: number): Buffer => {
      const key = hash('sha1', Buffer.concat([base, uint32(block)]), 'buffer').subarray(0, bits / 8)
      return bits === 40 ? Buffer.concat([key, Buffer.alloc(11)]) : key
    }
    const rc4 = new Rc4(keyOf(0))
    const proof = hash('sha1', rc4.decrypt(verifier.subarray(20, 36)), 'buffer')
    return rc4.decrypt(verifier.subarray(40, 60)).equals(proof) ? stream => decryptBlocks(stream, keyOf) : undefined
  }
}

const uint32 = (number: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(number)
  return bytes
}

const BLOCK = 1024
/** Blocks after which the event loop serves others. */
const BLOCKS_AT_ONCE = 256
/** Records that stay as they are: BOF, FILEPASS, INTERFACEHDR, USREXCL, FILELOCK, RRDINFO, RRDHEAD (§2.2.10). */
const PLAIN_RECORDS: ReadonlySet<number> = new Set([0x809, 0x2f, 0xe1, 0x194, 0x195, 0x196, 0x138])
/** BOUNDSHEET keeps its first four bytes: the place of the sheet. */
const BOUND_SHEET = 0x85

/** Decrypts what is in the records; their heads stay. Each byte counts for its place in the stream. */
async function decryptBlocks(stream: Buffer, keyOf: (block: number) => Buffer): Promise<Buffer> {
  const plain = Buffer.from(stream)
  for (
    let block = 0, records = encryptedRanges(stream), next = records.next();
    block * BLOCK < stream.length;
    block += 1
  ) {
    if (block % BLOCKS_AT_ONCE === BLOCKS_AT_ONCE - 1) await setImmediate()
    const rc4 = new Rc4(keyOf(block))
    const stop = Math.min((block + 1) * BLOCK, stream.length)
    for (let at = block * BLOCK; at < stop; at += 1) {
      while (!next.done && next.value.stop <= at) next = records.next()
      const byte = rc4.next()
      if (!next.done && next.value.start <= at) plain[at] = (plain[at] ?? 0) ^ byte
    }
  }
  return plain
}

function* encryptedRanges(stream: Buffer): Generator<{ readonly start: number; readonly stop: number }> {
  for (let at = 0; at + 4 <= stream.length; ) {
    const [kind, length] = [stream.readUInt16LE(at), stream.readUInt16LE(at + 2)]
    const start = at + 4
    at = start + length
    if (!PLAIN_RECORDS.has(kind)) yield { start: kind === BOUND_SHEET ? start + 4 : start, stop: at }
  }
}

/** What a password is filled up with to 16 bytes. */
const PADDING = Buffer.from('bbffffbaffffb98000be0f00bf0f00', 'hex')

/** What proves a password, in 16 bits (§2.3.7.1). */
function xorVerifier(password: string): number {
  const letters = Buffer.from(password, 'latin1').subarray(0, 15)
  let verifier = 0
  for (const byte of [letters.length, ...letters].toReversed())
    verifier = ((verifier >> 14) & 1) ^ ((verifier << 1) & 0x7fff) ^ byte
  return verifier ^ 0xce4b
}

/** Obfuscation by exclusive or (§2.3.7). The record holds the key itself. */
function xorKey(password: string, key: number): ReturnType<WorkbookLock> {
  const letters = Buffer.from(password, 'latin1').subarray(0, 15)
  const array = Buffer.concat([letters, PADDING]).subarray(0, 16)
  const secret = array.map((byte, index) => rotated(byte ^ ((index & 1) === 0 ? key & 255 : key >> 8), 2))
  return async stream => {
    const plain = Buffer.from(stream)
    for (let at = 0; at + 4 <= stream.length; ) {
      const [kind, length] = [stream.readUInt16LE(at), stream.readUInt16LE(at + 2)]
      const start = at + 4
      at = start + length
      if (PLAIN_RECORDS.has(kind)) continue
      for (let index = kind === BOUND_SHEET ? start + 4 : start; index < Math.min(at, stream.length); index += 1)
        plain[index] = rotated(stream[index] ?? 0, 3) ^ (secret[(index + length) & 15] ?? 0)
    }
    return plain
  }
}

/** A byte with its bits moved to the left, and around. */
const rotated = (byte: number, bits: number): number => ((byte << bits) | (byte >> (8 - bits))) & 255
