/** Scans a whole message, so that ClamAV recognises mail, and its parts where readers interpret them differently. */
import { Readable } from 'node:stream'
import { type Parts, parts } from '../../facts/parts.ts'
import type { Part } from '../../mime/part.ts'
import type { Message } from '../../model/stage.ts'
import { type Scan, type ScanVerdict, unknown } from './verdict.ts'

/**
 * libclamav recognises mail by its first lines. It does not recognise `From:a@b` or `FROM: a@b`, and then decodes
 * nothing. It recognises this line.
 */
const TOP = Buffer.from('Received: from client by postern; Thu, 01 Jan 2026 00:00:00 +0000\r\n')

/** Parts that are scanned separately. */
const MAX_PARTS = 8

/**
 * The verdicts on one message, the first on all of it; stops when a virus is found. Rejects when the message cannot be
 * read.
 */
export async function* scans(message: Message, scan: Scan, maxSize: number): AsyncGenerator<ScanVerdict> {
  const [whole, seen] = await Promise.all([
    message.callExternal('clamav', () => scan(asMail(message))),
    // A message whose parts cannot be read is still scanned as a whole.
    message.ask(parts).catch(() => undefined),
  ])
  yield whole
  if (whole.kind === 'infected' || seen === undefined || seen.ambiguities.length === 0) return
  const { chosen, beyond } = choose(seen.all, maxSize)
  const bytes: Parts['bytes'] = seen.reader()
  for (const part of chosen) {
    yield await message.callExternal(`clamav:${part.sha256 ?? part.path}`, async () => {
      const content = await bytes(part, maxSize)
      const { clock, signal, load } = message
      return await scan({ clock, signal, load, size: content.length, open: () => Readable.from([content]) })
    })
  }
  if (beyond > 0)
    yield unknown(
      'size-limit',
      `readers interpret the message differently, and ${beyond} of its parts are too many or too large to be scanned`,
    )
}

const asMail = ({ clock, signal, load, size, open }: Message): Parameters<Scan>[0] => ({
  clock,
  signal,
  load,
  // The size limit applies to the message as it was sent.
  size,
  open: () => Readable.from(withTopLine(open()), { objectMode: false }),
})

async function* withTopLine(source: Readable): AsyncGenerator<Buffer> {
  yield TOP
  yield* source as AsyncIterable<Buffer>
}

/** Parts that only some readers see come first, then the largest ones. */
function choose(all: readonly Part[], maxSize: number): { readonly chosen: readonly Part[]; readonly beyond: number } {
  const found = new Map<string, Part>()
  for (const part of all) if (part.place && part.size > 0 && part.sha256) found.set(part.sha256, part)
  const order = [...found.values()].toSorted(
    (a, b) => Number(b.reading !== undefined) - Number(a.reading !== undefined) || b.size - a.size,
  )
  let room = maxSize
  const chosen = order.slice(0, MAX_PARTS).filter(({ size }) => {
    room -= size
    return room >= 0
  })
  return { chosen, beyond: order.length - chosen.length }
}
