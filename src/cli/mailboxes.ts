/**
 * The messages of Maildirs, mbox files and folders of files, one after another, without those that exceed a gateway's
 * limit.
 */
import { createReadStream } from 'node:fs'
import { lstat, readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** A file, and its size for the report of progress. */
export interface Mailbox {
  readonly path: string
  readonly size: number
}

/** Larger messages are skipped. */
const MAX_SIZE = 25 * 1024 * 1024
/** A longer line of an mbox file is broken: a file that has no line ends at all is not held in memory. */
const MAX_LINE_LENGTH = 1024 * 1024
/** Bytes that are read at once. */
const CHUNK = 256 * 1024

/**
 * Enters folders within folders. Names that begin with a dot are skipped, except in a Maildir, whose folders have them.
 * The path itself may be a symbolic link; those within it are not followed, since they may lead out of it or in a
 * circle.
 *
 * @throws Error when there is nothing at the path
 */
export async function mailboxesIn(path: string): Promise<readonly Mailbox[]> {
  const found = await stat(path)
  if (!found.isDirectory()) return [{ path, size: found.size }]
  return await mailboxesBelow(path)
}

async function mailboxesBelow(path: string): Promise<readonly Mailbox[]> {
  const names = (await readdir(path)).toSorted()
  const isMaildir = names.includes('cur') && names.includes('new')
  const inner: Mailbox[] = []
  for (const name of names) {
    // Files in tmp are incomplete.
    if ((isMaildir && name === 'tmp') || (name.startsWith('.') && !isMaildir)) continue
    const entry = join(path, name)
    const found = await lstat(entry).catch(ignoreMissing)
    if (found?.isDirectory()) for (const mailbox of await mailboxesBelow(entry)) inner.push(mailbox)
    // Files beside a Maildir's folders belong to its server.
    else if (found?.isFile() && !isMaildir) inner.push({ path: entry, size: found.size })
  }
  return inner
}

/**
 * A file is an mbox when it begins as one (RFC 4155), else it is one message. A file that is gone holds none: the
 * server of a Maildir renames files when their flags change.
 */
export async function* messagesIn({ path, size }: Mailbox): AsyncGenerator<Buffer> {
  if (size === 0 || basename(path) === 'index') return
  const isMbox = await beginsAsMbox(path).catch(ignoreMissing)
  if (isMbox) yield* messagesOfMbox(path)
  else if (isMbox === false && size <= MAX_SIZE) {
    const message = await readFile(path).catch(ignoreMissing)
    if (message !== undefined) yield message
  }
}

const SEPARATOR = 'From '
/** Mail programs write the address and the time behind it; unquoted text has no time. */
const SEPARATOR_LINE = /^From .{0,500}\d\d:\d\d/

async function beginsAsMbox(path: string): Promise<boolean> {
  const stream = createReadStream(path, { end: SEPARATOR.length - 1, encoding: 'latin1' })
  for await (const chunk of stream) return chunk === SEPARATOR
  return false
}

async function* messagesOfMbox(path: string): AsyncGenerator<Buffer> {
  let message: string[] = []
  let length = 0
  let isFirst = true
  let isAfterEmpty = false
  for await (const line of linesOf(path)) {
    if (isFirst || (isAfterEmpty && SEPARATOR_LINE.test(line))) {
      if (length > 0 && length <= MAX_SIZE) yield bytes(message)
      message = []
      length = 0
      isFirst = false
    } else {
      length += line.length + 1
      // mboxrd: `>From ` stands for `From `.
      if (length <= MAX_SIZE) message.push(/^>+From /.test(line) ? line.slice(1) : line)
    }
    isAfterEmpty = line === ''
  }
  if (length > 0 && length <= MAX_SIZE) yield bytes(message)
}

async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of createReadStream(path, { encoding: 'latin1', highWaterMark: CHUNK })) {
    const [first = '', ...more] = String(chunk).split('\n')
    const lines = [rest + first, ...more]
    rest = lines.pop() ?? ''
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
    if (rest.length < MAX_LINE_LENGTH) continue
    yield rest
    rest = ''
  }
  if (rest !== '') yield rest
}

const bytes = (lines: readonly string[]): Buffer => Buffer.from(lines.join('\r\n'), 'latin1')

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
