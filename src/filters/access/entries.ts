/** The entries of an access list, from an array or from a file with comments. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import type { Problem } from '../../core/errors.ts'
import type { Misread } from '../../net/networks.ts'

/** Entries as they are, or a file with one on each line; what follows a # is a comment. */
export type Entries = readonly string[] | { readonly file: string }

/** What was read: the good entries, and what is wrong with the others. */
export interface EntriesRead<T> {
  readonly values: readonly T[]
  readonly problems: readonly Problem[]
}

const LARGEST_FILE = 64 * 1024 ** 2

/** Reads each entry with `read`. `path` names the list in problems. */
export function readEntries<T>(entries: Entries, path: string, read: (text: string) => T | Misread): EntriesRead<T> {
  const problems: Problem[] = []
  const values: T[] = []
  for (const { text, place } of 'file' in entries ? lines(entries.file, path, problems) : items(entries, path)) {
    const value = read(text)
    if (isMisread(value)) problems.push({ path: place, found: text, ...value })
    else values.push(value)
  }
  return { values, problems }
}

const isMisread = (value: unknown): value is Misread =>
  typeof value === 'object' && value !== null && 'expected' in value && 'remedy' in value

interface Line {
  readonly text: string
  readonly place: string
}

function* items(entries: readonly unknown[], path: string): Generator<Line> {
  for (const [index, entry] of entries.entries())
    yield { text: typeof entry === 'string' ? entry.trim() : String(entry), place: `${path}[${index}]` }
}

function* lines(file: string, path: string, problems: Problem[]): Generator<Line> {
  let number = 0
  for (const line of content(file, path, problems).split('\n')) {
    number += 1
    const comment = line.indexOf('#')
    const text = (comment < 0 ? line : line.slice(0, comment)).trim()
    if (text !== '') yield { text, place: `${path} (${file} line ${number})` }
  }
}

function content(file: string, path: string, problems: Problem[]): string {
  try {
    const handle = openSync(file, 'r')
    try {
      const { size } = fstatSync(handle)
      if (size <= LARGEST_FILE) return readFileSync(handle, 'utf8')
      const expected = `a file of at most ${LARGEST_FILE} octets`
      problems.push({ path, found: file, expected, remedy: 'leave out what is not needed' })
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    const remedy = `see that it is there and readable (${error instanceof Error ? error.message : String(error)})`
    problems.push({ path, found: file, expected: 'a file that can be read', remedy })
  }
  return ''
}
