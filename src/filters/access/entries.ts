/** The entries of an access list, from an array or from a file with comments. */

import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Problem } from '../../model/errors.ts'
import { errorText } from '../../model/errors.ts'
import type { TextProblem } from '../../net/networks.ts'
import { STEP, type Steps } from '../../net/steps.ts'

/**
 * Entries, or a file with one entry on each line and comments after a #. A file without entries must have a line
 * `# empty`: a file that was emptied by mistake must not allow all clients.
 */
export type Entries = readonly string[] | { readonly file: string }

/** The valid entries, and what is wrong with the others. */
export interface EntriesRead<T> {
  readonly values: readonly T[]
  readonly problems: readonly Problem[]
}

/** The content of a file, or why it cannot be read. */
export type Content = Buffer | Omit<Problem, 'path'>

const MAX_FILE_SIZE = 64 * 1024 ** 2

/** Reads each entry with `read`. `path` names the list in problems. */
export function* readEntries<T>(
  entries: Entries,
  path: string,
  read: (text: string) => T | TextProblem,
  contentOf: (file: string) => Content,
): Steps<EntriesRead<T>> {
  const problems: Problem[] = []
  const values: T[] = []
  const content = 'file' in entries ? contentOf(entries.file) : undefined
  if (content !== undefined && !Buffer.isBuffer(content)) return { values, problems: [{ path, ...content }] }
  let count = 0
  for (const { text, where } of 'file' in entries ? lines(content, entries.file, path) : items(entries, path)) {
    count += 1
    if (count % (STEP / 4) === 0) yield
    if (text === '') continue
    const value = read(text)
    if (isMisread(value)) problems.push({ path: where, found: text, ...value })
    else values.push(value)
  }
  return { values, problems }
}

const isMisread = (value: unknown): value is TextProblem =>
  typeof value === 'object' && value !== null && 'expected' in value && 'remedy' in value

interface Line {
  readonly text: string
  readonly where: string
}

function* items(entries: readonly unknown[], path: string): Generator<Line> {
  for (const [index, entry] of entries.entries())
    yield { text: typeof entry === 'string' ? entry.trim() : String(entry), where: `${path}[${index}]` }
}

/** Line by line from the bytes: splitting a large file at once would block the event loop. */
function* lines(content: Buffer | undefined, file: string, path: string): Generator<Line> {
  if (content === undefined) return
  let number = 0
  for (let from = 0; from <= content.length; ) {
    const end = content.indexOf(0x0a, from)
    const line = content.toString('utf8', from, end < 0 ? content.length : end)
    number += 1
    const comment = line.indexOf('#')
    yield { text: (comment < 0 ? line : line.slice(0, comment)).trim(), where: `${path} (${file} line ${number})` }
    if (end < 0) return
    from = end + 1
  }
}

/** Whether a file says that it has no entries on purpose. */
export const saysEmpty = (content: Content): boolean =>
  Buffer.isBuffer(content) && /^[ \t]*#[ \t]*empty\b/im.test(content.toString('utf8', 0, 65_536))

/** Reads a file at once, while the gateway is built. */
export function contentNow(file: string): Content {
  try {
    const handle = openSync(file, 'r')
    try {
      return fstatSync(handle).size <= MAX_FILE_SIZE ? readFileSync(handle) : tooLarge(file)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    return unreadable(file, error)
  }
}

/** Reads a file without blocking. */
export async function contentLater(file: string): Promise<Content> {
  try {
    const handle = await open(file, 'r')
    try {
      return (await handle.stat()).size <= MAX_FILE_SIZE ? await handle.readFile() : tooLarge(file)
    } finally {
      await handle.close()
    }
  } catch (error) {
    return unreadable(file, error)
  }
}

const tooLarge = (file: string): Content => ({
  found: file,
  expected: `a file of at most ${MAX_FILE_SIZE} bytes`,
  remedy: 'leave out what is not needed',
})

const unreadable = (file: string, error: unknown): Content => ({
  found: file,
  expected: 'a file that can be read',
  remedy: `see that it is there and readable (${errorText(error)})`,
})
