/** Decompresses the RTF body of an Outlook message (MS-OXRTFCP). */

const DICTIONARY = Buffer.from(
  String.raw`{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0` +
    '\r\n' +
    String.raw`\par \pard\plain\f0\fs20\b\i\u\tab\tx`,
  'latin1',
)
const [COMPRESSED, UNCOMPRESSED] = [0x75465a4c, 0x414c454d]
const MAX_SIZE = 1_048_576
const WINDOW = 4096

/** At most 1 MB; undefined for other bytes. */
export function compressedRtf(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 16) return undefined
  const [size, kind] = [bytes.readUInt32LE(4), bytes.readUInt32LE(8)]
  if (kind === UNCOMPRESSED) return bytes.subarray(16, 16 + Math.min(size, MAX_SIZE))
  return kind === COMPRESSED ? decompress(bytes, Math.min(size, MAX_SIZE)) : undefined
}

function decompress(bytes: Buffer, size: number): Buffer {
  const window = Buffer.alloc(WINDOW)
  let write = DICTIONARY.copy(window)
  const out = Buffer.alloc(size)
  let length = 0
  const put = (byte: number): void => {
    window[write] = byte
    write = (write + 1) % WINDOW
    if (length < size) out[length] = byte
    length += 1
  }
  for (let at = 16; at < bytes.length && length < size; ) {
    const control = bytes[at] ?? 0
    at += 1
    for (let bit = 0; bit < 8 && at < bytes.length && length < size; bit += 1) {
      if ((control & (1 << bit)) === 0) {
        put(bytes[at] ?? 0)
        at += 1
        continue
      }
      if (at + 2 > bytes.length) return out.subarray(0, length)
      const token = bytes.readUInt16BE(at)
      at += 2
      const from = token >> 4
      // The place where the next byte would be written means the end.
      if (from === write) return out.subarray(0, Math.min(length, size))
      for (let index = 0; index < (token & 15) + 2; index += 1) put(window[(from + index) % WINDOW] ?? 0)
    }
  }
  return out.subarray(0, Math.min(length, size))
}
