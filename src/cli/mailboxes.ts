/** The messages of a Maildir, of mbox files, and of folders of files: one after the other, none larger than a gateway takes. */
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'

/** What stands behind a path: how many bytes, to tell how far one is. */
export interface Mailbox {
  readonly path: string
  readonly size: number
}

/** A larger message is left out. */
const MAX_SIZE = 25 * 1024 * 1024

/** Folders in folders are entered; names that begin with a dot are not, but for those of a Maildir's folders. */
export async function mailboxesIn(path: string): Promise<readonly Mailbox[]> {
  const found = await stat(path)
  if (!found.isDirectory()) return [{ path, size: found.size }]
  const names = (await readdir(path)).toSorted()
  const isMaildir = names.includes('cur') && names.includes('new')
  const inner: Mailbox[] = []
  for (const name of names) {
    // What is in tmp is not whole.
    if ((isMaildir && name === 'tmp') || (name.startsWith('.') && !isMaildir)) continue
    // The files beside a Maildir's folders are its server's.
    if (isMaildir && !(await stat(join(path, name))).isDirectory()) continue
    for (const mailbox of await mailboxesIn(join(path, name))) inner.push(mailbox)
  }
  return inner
}

/** A file is an mbox when it begins as one (RFC 4155), else it is one message. */
export async function* messagesIn({ path, size }: Mailbox): AsyncGenerator<Buffer> {
  if (size === 0 || basename(path) === 'index') return
  if (await isMbox(path)) return yield* messagesOfMbox(path)
  if (size <= MAX_SIZE) yield await readFile(path)
}

const SEPARATOR = 'From '

async function isMbox(path: string): Promise<boolean> {
  const stream = createReadStream(path, { end: SEPARATOR.length - 1, encoding: 'latin1' })
  for await (const chunk of stream) return chunk === SEPARATOR
  return false
}

async function* messagesOfMbox(path: string): AsyncGenerator<Buffer> {
  const lines = createInterface({
    input: createReadStream(path, { encoding: 'latin1' }),
    crlfDelay: Number.POSITIVE_INFINITY,
  })
  let message: string[] = []
  let length = 0
  let isAfterEmpty = true
  for await (const line of lines) {
    if (isAfterEmpty && line.startsWith(SEPARATOR)) {
      if (length > 0 && length <= MAX_SIZE) yield octets(message)
      message = []
      length = 0
    } else {
      length += line.length + 1
      // `>From ` was `From ` once.
      if (length <= MAX_SIZE) message.push(/^>+From /.test(line) ? line.slice(1) : line)
    }
    isAfterEmpty = line === ''
  }
  if (length > 0 && length <= MAX_SIZE) yield octets(message)
}

const octets = (lines: readonly string[]): Buffer => Buffer.from(lines.join('\r\n'), 'latin1')
