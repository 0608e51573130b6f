/** Tables that are read again when one of their files changes, and stay as they were when the new one is wrong. */
import type { Problem } from '../../model/errors.ts'
import { runSteps, runStepsInTurns, type Steps } from '../../net/steps.ts'
import { type Content, contentLater, contentNow, saysEmpty } from './entries.ts'
import type { Compiled, Sides } from './tables.ts'

export interface LiveTable<Found> {
  /** Whether anything can be found: no question need be asked for the sake of an empty table. */
  readonly empty: () => boolean
  readonly find: (text: string) => Found | undefined
  readonly files: readonly string[]
  /** Files that list nobody and do not say so. */
  readonly emptied: () => readonly string[]
  /** Why nothing was taken; none if all is well. */
  readonly read: () => readonly Problem[]
  /** The same in turns with other work. A file that has lost all its entries is not taken unless it says so. */
  readonly readAgain: () => Promise<readonly Problem[]>
}

/** Turns both sides into a table, with what the files hold. */
export type Compile<Found> = (
  kind: string,
  sides: Sides,
  contentOf: (file: string) => Content,
) => Steps<Compiled<Found>>

/** Made by `compile` from both `sides`. Empty until it is read. */
export function liveTable<Found>(compile: Compile<Found>, kind: string, sides: Sides): LiveTable<Found> {
  let table: Compiled<Found>['table'] = { size: 0, find: () => undefined }
  let listed: ReadonlySet<string> = new Set()
  let emptied: readonly string[] = []
  const files = [sides.allow, sides.deny].flatMap(entries => (entries && 'file' in entries ? [entries.file] : []))
  const take = (read: Compiled<Found>, contents: ReadonlyMap<string, Content>): readonly Problem[] => {
    const silent = files.filter(file => !read.listed.has(file) && !saysEmpty(contents.get(file) ?? UNREAD))
    const lost = silent.filter(file => listed.has(file))
    const problems = [...read.problems, ...lost.map(file => ({ path: kind, found: file, ...EMPTIED }))]
    if (problems.length > 0) return problems
    table = read.table
    listed = read.listed
    emptied = silent
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
  remedy: "write a line '# empty' if nobody is to be listed",
}
