/** Finds the first encrypted stream of a 7-Zip archive in its directory (7-Zip, 7zFormat.txt). */
import { decodeLzma } from './lzma.ts'

/** An encrypted stream. */
export interface AesStream {
  /** The binary logarithm of the rounds that make the key. */
  readonly rounds: number
  readonly salt: Buffer
  readonly iv: Buffer
  /** The encrypted bytes, padded to whole blocks. */
  readonly data: Buffer
  /** Without the padding. */
  readonly size: number
  /** How it is compressed, as far as that shows in its first byte. */
  readonly method: 'lzma' | 'lzma2' | undefined
}

/** Ids of properties. */
const [HEADER, MAIN_STREAMS, PACK_INFO, UNPACK_INFO, SIZE, FOLDERS, UNPACK_SIZES, ENCODED] = [
  0x01, 0x04, 0x06, 0x07, 0x09, 0x0b, 0x0c, 0x17,
]
const METHODS = { aes: '06f10701', lzma: '030101', lzma2: '21' } as const
/** Directories that are packed in each other: 7-Zip writes one. */
const MAX_DEPTH = 4
/** More of any is a directory that is not read. */
const [MAX_STREAMS, MAX_CODERS] = [1_000, 8]

/** Undefined where nothing is encrypted, or the directory cannot be read. Throws a RangeError where it is cut off. */
export function aesStreamOf(bytes: Buffer): AesStream | undefined {
  const start = 32 + Number(bytes.readBigUInt64LE(12))
  let header = bytes.subarray(start, start + Number(bytes.readBigUInt64LE(20)))
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const reader = new Reader(header)
    const id = reader.byte()
    if (id === ENCODED) {
      const streams = readStreams(reader)
      const found = streams && encrypted(bytes, streams)
      if (found !== undefined || streams === undefined) return found
      const unpacked = unpackDirectory(bytes, streams)
      if (unpacked === undefined) return undefined
      header = unpacked
    } else {
      if (id !== HEADER || reader.byte() !== MAIN_STREAMS) return undefined
      const streams = readStreams(reader)
      return streams && encrypted(bytes, streams)
    }
  }
  return undefined
}

interface Coder {
  readonly id: string
  readonly properties: Buffer
  readonly outputs: number
}

interface Folder {
  readonly coders: readonly Coder[]
  /** The number of packed streams that it reads. */
  readonly inputs: number
}

interface Streams {
  readonly packedAt: number
  readonly packedSizes: readonly number[]
  readonly folders: readonly Folder[]
  /** Of each output of each coder of each folder, in this order. */
  readonly sizes: readonly number[]
}

function readStreams(reader: Reader): Streams | undefined {
  if (reader.byte() !== PACK_INFO) return undefined
  const packedAt = 32 + reader.number()
  const count = reader.number()
  if (count > MAX_STREAMS || reader.byte() !== SIZE) return undefined
  const packedSizes = Array.from({ length: count }, () => reader.number())
  // Checksums of packed streams, which 7-Zip does not write.
  if (reader.byte() !== 0 || reader.byte() !== UNPACK_INFO || reader.byte() !== FOLDERS) return undefined
  const folderCount = reader.number()
  if (folderCount > MAX_STREAMS || reader.byte() !== 0) return undefined
  const folders: Folder[] = []
  for (let index = 0; index < folderCount; index++) {
    const folder = readFolder(reader)
    if (folder === undefined) return undefined
    folders.push(folder)
  }
  if (reader.byte() !== UNPACK_SIZES) return undefined
  const outputs = folders.flatMap(({ coders }) => coders).reduce((sum, { outputs }) => sum + outputs, 0)
  return { packedAt, packedSizes, folders, sizes: Array.from({ length: outputs }, () => reader.number()) }
}

function readFolder(reader: Reader): Folder | undefined {
  const count = reader.number()
  if (count === 0 || count > MAX_CODERS) return undefined
  let [inputs, outputs] = [0, 0]
  const coders = Array.from({ length: count }, (): Coder => {
    const flags = reader.byte()
    const id = reader.take(flags & 15).toString('hex')
    const [ins, outs] = (flags & 16) !== 0 ? [reader.number(), reader.number()] : [1, 1]
    const properties = (flags & 32) !== 0 ? reader.take(reader.number()) : Buffer.alloc(0)
    inputs += ins
    outputs += outs
    return { id, properties, outputs: outs }
  })
  if (inputs > MAX_CODERS * 4 || outputs > MAX_CODERS * 4 || outputs === 0) return undefined
  for (let pair = 0; pair < 2 * (outputs - 1); pair++) reader.number()
  const packed = inputs - (outputs - 1)
  if (packed > 1) for (let index = 0; index < packed; index++) reader.number()
  return { coders, inputs: packed }
}

/** The first folder that is encrypted. */
function encrypted(bytes: Buffer, { packedAt, packedSizes, folders, sizes }: Streams): AesStream | undefined {
  let [at, stream, output] = [packedAt, 0, 0]
  for (const { coders, inputs } of folders) {
    const index = coders.findIndex(({ id }) => id === METHODS.aes)
    const aes = coders[index]
    const packed = packedSizes[stream] ?? 0
    const before = coders.slice(0, index).reduce((sum, { outputs }) => sum + outputs, output)
    if (aes && inputs === 1 && packed >= 16 && packed % 16 === 0) {
      const data = bytes.subarray(at, at + packed)
      if (data.length < packed) return undefined
      const method = (['lzma', 'lzma2'] as const).find(name => coders.some(({ id }) => id === METHODS[name]))
      return { ...readAes(aes.properties), data, size: sizes[before] ?? packed, method }
    }
    at += packedSizes.slice(stream, stream + inputs).reduce((sum, size) => sum + size, 0)
    stream += inputs
    output += coders.reduce((sum, { outputs }) => sum + outputs, 0)
  }
  return undefined
}

/** The rounds, and the lengths of salt and initialisation vector in the upper bits and the second byte. */
function readAes(properties: Buffer): Pick<AesStream, 'rounds' | 'salt' | 'iv'> {
  const [first = 0, second = 0] = properties
  const hasMore = (first & 0xc0) !== 0
  const salt = hasMore ? ((first >> 7) & 1) + (second >> 4) : 0
  const vector = hasMore ? ((first >> 6) & 1) + (second & 15) : 0
  const iv = Buffer.alloc(16)
  properties.subarray(2 + salt, 2 + salt + vector).copy(iv)
  return { rounds: first & 0x3f, salt: properties.subarray(2, 2 + salt), iv }
}

/** A directory that is packed with LZMA alone, as 7-Zip writes it. */
function unpackDirectory(bytes: Buffer, { packedAt, packedSizes, folders, sizes }: Streams): Buffer | undefined {
  const [folder] = folders
  const [coder] = folder?.coders ?? []
  if (coder?.id !== METHODS.lzma || folder?.coders.length !== 1) return undefined
  return decodeLzma(bytes.subarray(packedAt, packedAt + (packedSizes[0] ?? 0)), coder.properties, sizes[0] ?? 0)
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++)
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError('the directory is cut off')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** The bits that are set at the beginning of the first byte count the bytes that follow it. */
  number(): number {
    const first = this.byte()
    let value = 0
    for (let index = 0; index < 8; index++) {
      const mask = 0x80 >> index
      if ((first & mask) === 0) return value + (first & (mask - 1)) * 256 ** index
      value += this.byte() * 256 ** index
    }
    return value
  }
}
