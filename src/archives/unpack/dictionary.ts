/**
 * Lowers the dictionary that a compressed file declares. `xz -9` declares 64 MB whatever the file's size, which is
 * allocated at once; what is unpacked within the budget refers at most so far back.
 */
import { crc32 } from 'node:zlib'
import type { FileFormat } from '../../filetypes/signatures.ts'

/** 32 MB, as many bytes as are unpacked of one message; and its number (The .xz File Format §5.3.1). */
const [MAX_DICTIONARY, MAX_CODE] = [33_554_432, 26]
/** The header of a stream, and the filter LZMA2 (The .xz File Format §2.1.1, §5.3.1). */
const [STREAM_HEADER, LZMA2] = [12, 0x21]

/** Changes the bytes in place: the first block of an xz file, or the header of an LZMA file. */
export function lowerDictionary(format: FileFormat, bytes: Uint8Array): void {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (format === 'lzma' && view.length > 13) view.writeUInt32LE(Math.min(view.readUInt32LE(1), MAX_DICTIONARY), 1)
  if (format === 'xz') lowerFirstBlock(view)
}

function lowerFirstBlock(view: Buffer): void {
  const size = ((view[STREAM_HEADER] ?? 0) + 1) * 4
  const end = STREAM_HEADER + size - 4
  if (size < 8 || end + 4 > view.length) return
  // The filter is the last one: its id, the length of its properties, and the dictionary.
  const at = view.subarray(STREAM_HEADER + 2, end).lastIndexOf(Buffer.from([LZMA2, 1])) + STREAM_HEADER + 2
  const code = view[at + 2] ?? 0
  if (at < STREAM_HEADER + 2 || code <= MAX_CODE || at + 2 >= end) return
  view[at + 2] = MAX_CODE
  view.writeUInt32LE(crc32(view.subarray(STREAM_HEADER, end)), end)
}
