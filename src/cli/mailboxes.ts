/**
 * The messages of Maildirs, mbox files and folders of files, one after another, without those that exceed a gateway's
 * limit.
 */
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'

/** A file, and its size for the report of progress. */
export interface Mailbox {
  readonly path: string
  readonly size: number
}

/** Larger messages are skipped. */
const MAX_SIZE = 25 * 1024 * 1024

/**
 * Enters folders within folders. Names that begin with a dot are skipped, except in a Maildir, whose folders have them.
 */
export async function mailboxesIn(path: string): Promise<readonly Mailbox[]> {
  const found = await stat(path)
  if (!found.isDirectory()) return [{ path, size: found.size }]
  const names = (await readdir(path)).toSorted()
  const isMaildir = names.includes('cur') && names.includes('new')
  const inner: Mailbox[] = []
  for (const name of names) {
    // Files in tmp are incomplete.
    if ((isMaildir && name === 'tmp') || (name.startsWith('.') && !isMaildir)) continue
    // Files beside a Maildir's folders belong to its server.
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
      if (length > 0 && length <= MAX_SIZE) yield bytes(message)
      message = []
      length = 0
    } else {
      length += line.length + 1
      // mboxrd: `>From ` stands for `From `.
      if (length <= MAX_SIZE) message.push(/^>+From /.test(line) ? line.slice(1) : line)
    }
    isAfterEmpty = line === ''
  }
  if (length > 0 && length <= MAX_SIZE) yield bytes(message)
}

const bytes = (lines: readonly string[]): Buffer => Buffer.from(lines.join('\r\n'), 'latin1')
