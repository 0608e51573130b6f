/** The bytes of a held message, as the filters saw it when it came: without the fields that the gateway has added. */
import { Readable } from 'node:stream'
import type { HeldEntry, Quarantine } from './types.ts'

/** @throws Error when the message is no longer kept */
export async function bytesToLearn(quarantine: Quarantine, { id, ownFields = 0 }: HeldEntry): Promise<Readable> {
  const content = await quarantine.open(id)
  return Readable.from(without(content, ownFields), { objectMode: false })
}

async function* without(content: Readable, first: number): AsyncGenerator<Buffer> {
  let left = first
  for await (const bytes of content as AsyncIterable<Buffer>) {
    const rest = bytes.subarray(Math.min(left, bytes.length))
    left -= bytes.length - rest.length
    if (rest.length > 0) yield rest
  }
}
