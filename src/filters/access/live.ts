/** Tables that are read again when one of their files changes, and stay as they were when the new one is wrong. */
import type { Problem } from '../../model/errors.ts'
import { runSteps, runStepsInTurns, type Steps } from '../../net/steps.ts'
import { type Content, contentLater, contentNow, saysEmpty } from './entries.ts'
import type { Compiled, Sides } from './tables.ts'

export interface LiveTable<Found> {
  /** Whether the table has no entries, so that no lookup for its sake is needed. */
  readonly empty: () => boolean
  readonly find: (text: string) => Found | undefined
  readonly files: readonly string[]
  /** Files without entries that do not say so. */
  readonly emptied: () => readonly string[]
  /** Reads the files at once. @returns why the new table was not taken; empty if it was */
  readonly read: () => readonly Problem[]
  /** Reads the files in turns with other work. A file that has lost all its entries is not taken unless it says so. */
  readonly readAgain: () => Promise<readonly Problem[]>
}

/** Compiles both sides and the content of their files into a table. */
export type Compile<Found> = (
  kind: string,
  sides: Sides,
  contentOf: (file: string) => Content,
) => Steps<Compiled<Found>>

/** A table that `compile` makes of both `sides`. It is empty until it is read. */
export function liveTable<Found>(compile: Compile<Found>, kind: string, sides: Sides): LiveTable<Found> {
  let table: Compiled<Found>['table'] = { size: 0, find: () => undefined }
  let listed: ReadonlySet<string> = new Set()
  let emptied: readonly string[] = []
  const files = [sides.allow, sides.deny].flatMap(entries => (entries && 'file' in entries ? [entries.file] : []))
  const take = (read: Compiled<Found>, contents: ReadonlyMap<string, Content>): readonly Problem[] => {
    const unmarked = files.filter(file => !read.listed.has(file) && !saysEmpty(contents.get(file) ?? UNREAD))
    const lost = unmarked.filter(file => listed.has(file))
    const problems = [...read.problems, ...lost.map(file => ({ path: kind, found: file, ...EMPTIED }))]
    if (problems.length > 0) return problems
    table = read.table
    listed = read.listed
    emptied = unmarked
    return []
  }
  const from = (contents: ReadonlyMap<string, Content>) => (file: string) => contents.get(file) ?? UNREAD
  return {
    empty: () => table.size === 0,
    find: text => table.find(text),
    files,
    emptied: () => emptied,
    read: () => {
      const contents = new Map(files.map(file => [file, contentNow(file)]))
      return take(runSteps(compile(kind, sides, from(contents))), contents)
    },
    readAgain: async () => {
      const contents = new Map<string, Content>()
      for (const file of files) contents.set(file, await contentLater(file))
      return take(await runStepsInTurns(compile(kind, sides, from(contents))), contents)
    },
  }
}

const UNREAD: Content = { found: undefined, expected: 'a file that can be read', remedy: 'see that it is there' }

const EMPTIED = {
  expected: 'at least one entry, as before',
  remedy: "write a line '# empty' if it is to have no entries",
}
