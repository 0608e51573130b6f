/** Lists of MAPI properties in TNEF (MS-OXTNEF §2.1.3.4). */

export interface MapiProperty {
  readonly id: number
  /** Without the bit for many values. */
  readonly type: number
  readonly value: Buffer
}

const MAX_PROPERTIES = 2000

/** The properties as far as they can be read; each of many values is one. */
export function readProperties(bytes: Buffer): readonly MapiProperty[] {
  const found: MapiProperty[] = []
  try {
    let at = 4
    for (let left = bytes.readUInt32LE(0); left > 0 && found.length < MAX_PROPERTIES; left -= 1) {
      const [type, id] = [bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2)]
      at += 4
      if (id >= 0x8000) at = afterName(bytes, at)
      const kind = type & 0x0fff
      const fixed = SIZES.get(kind)
      const isMany = (type & 0x1000) !== 0
      let count = 1
      if (isMany || fixed === undefined) {
        count = bytes.readUInt32LE(at)
        at += 4
      }
      for (; count > 0 && found.length < MAX_PROPERTIES; count -= 1) {
        const size = fixed ?? bytes.readUInt32LE(at)
        const start = fixed === undefined ? at + 4 : at
        if (start + size > bytes.length) return found
        found.push({ id, type: kind, value: bytes.subarray(start, start + size) })
        at = start + Math.ceil(size / 4) * 4
      }
    }
  } catch (error) {
    // A read beyond the bytes: what was read until then counts.
    if (!(error instanceof RangeError)) throw error
  }
  return found
}

/** Bytes of the types of a fixed size (MS-OXCDATA §2.11.1). */
const SIZES: ReadonlyMap<number, number> = new Map([
  [0x02, 2],
  [0x03, 4],
  [0x04, 4],
  [0x05, 8],
  [0x06, 8],
  [0x07, 8],
  [0x0a, 4],
  [0x0b, 2],
  [0x14, 8],
  [0x40, 8],
  [0x48, 16],
])

/** The set of a named property, and its number or its name. */
function afterName(bytes: Buffer, at: number): number {
  const isText = bytes.readUInt32LE(at + 16) === 1
  return at + (isText ? 24 + Math.ceil(bytes.readUInt32LE(at + 20) / 4) * 4 : 24)
}
