/** The parts of a message that arrives as a stream. */
import type { Readable } from 'node:stream'
import type { PartLimits, PartList } from './part.ts'
import { readTree } from './tree.ts'

export type { Part, PartDefect, PartLimits, PartList } from './part.ts'

/** Reads the message to its end and walks over it once: see {@link readTree}. Rejects only when `source` fails. */
export async function readParts(source: Readable, limits: PartLimits = {}): Promise<PartList> {
  return readTree(await collect(source), limits)
}

/** All octets in one buffer; the one chunk of a small message is not copied. */
export async function collect(source: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of source) chunks.push(chunk)
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
}
