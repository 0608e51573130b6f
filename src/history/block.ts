/** Blocks: some events together, compressed. One by one they would take five times the room. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { GatewayEvent } from '../model/events.ts'

/** Events of a block: more compress better, fewer are read faster. */
export const MAX_BLOCK_EVENTS = 128
/** A block that unpacks to more was not written by us: events are bounded. */
const MAX_BLOCK_LENGTH = 64 * 1024 ** 2

const params = { [constants.ZSTD_c_compressionLevel]: 3 }

/** @param lines events as JSON, one each */
export const packed = (lines: readonly string[]): Uint8Array => zstdCompressSync(lines.join('\n'), { params })

/** The events of a block, as JSON. @throws Error when it is corrupt */
export const linesOf = (block: Uint8Array): readonly string[] =>
  zstdDecompressSync(block, { maxOutputLength: MAX_BLOCK_LENGTH })
    .toString()
    .split('\n')
    .filter(line => line !== '')

/** The events of a session in a block. */
export function eventsIn(block: Uint8Array, ref: string): readonly GatewayEvent[] {
  // Most lines belong to other sessions: they need not be parsed.
  const mark = JSON.stringify(ref)
  return linesOf(block)
    .filter(line => line.includes(mark))
    .map(line => JSON.parse(line) as GatewayEvent)
    .filter(event => event.ref === ref)
}
