/** What of a message is scanned: all of it, so that ClamAV sees mail, and its parts where readers differ about them. */
import { Readable } from 'node:stream'
import { type Parts, parts } from '../../facts/parts.ts'
import type { Part } from '../../mime/part.ts'
import type { Message } from '../../model/stage.ts'
import { type Scan, type ScanVerdict, unknown } from './verdict.ts'

/**
 * libclamav tells mail by its first lines, and takes `From:a@b` or `FROM: a@b` for no mail: then nothing is decoded. This line
 * it knows.
 */
const TOP = Buffer.from('Received: from client by postern; Thu, 01 Jan 2026 00:00:00 +0000\r\n')

/** Parts that are scanned by themselves. */
const MAX = 8

/** The verdicts on one message, the first on all of it; stops where a virus is found. Rejects when the message cannot be read. */
export async function* scans(message: Message, scan: Scan, maxSize: number): AsyncGenerator<ScanVerdict> {
  const [whole, seen] = await Promise.all([
    message.callExternal('clamav', () => scan(asMail(message))),
    // A message whose parts cannot be read is still scanned as it is.
    message.ask(parts).catch(() => undefined),
  ])
  yield whole
  if (whole.kind === 'infected' || seen === undefined || seen.ambiguities.length === 0) return
  const { chosen, beyond } = choose(seen.all, maxSize)
  const bytes: Parts['bytes'] = seen.reader()
  for (const part of chosen) {
    yield await message.callExternal(`clamav:${part.sha256 ?? part.path}`, async () => {
      const octets = await bytes(part, maxSize)
      const { clock, signal } = message
      return await scan({ clock, signal, size: octets.length, open: () => Readable.from([octets]) })
    })
  }
  if (beyond > 0)
    yield unknown(
      'size-limit',
      `readers differ about the message, and ${beyond} of its parts are too many or too large`,
    )
}

const asMail = ({ clock, signal, size, open }: Message): Parameters<Scan>[0] => ({
  clock,
  signal,
  // The limit is for the message as it was sent.
  size,
  open: () => Readable.from(below(open()), { objectMode: false }),
})

async function* below(source: Readable): AsyncGenerator<Buffer> {
  yield TOP
  yield* source as AsyncIterable<Buffer>
}

/** What only some readers see comes first, then what is largest. */
function choose(all: readonly Part[], maxSize: number): { readonly chosen: readonly Part[]; readonly beyond: number } {
  const found = new Map<string, Part>()
  for (const part of all) if (part.place && part.size > 0 && part.sha256) found.set(part.sha256, part)
  const order = [...found.values()].toSorted(
    (a, b) => Number(b.reading !== undefined) - Number(a.reading !== undefined) || b.size - a.size,
  )
  let room = maxSize
  const chosen = order.slice(0, MAX).filter(({ size }) => {
    room -= size
    return room >= 0
  })
  return { chosen, beyond: order.length - chosen.length }
}
