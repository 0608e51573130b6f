/** Tables that are read again when one of their files changes, and stay as they were when the new one is wrong. */
import type { Problem } from '../../core/errors.ts'
import type { Compiled, Sides } from './tables.ts'

export interface LiveTable<Found> {
  /** Whether anything can be found: no question need be asked for the sake of an empty table. */
  readonly empty: () => boolean
  readonly find: (text: string) => Found | undefined
  readonly files: readonly string[]
  /** Why nothing was taken; none if all is well. */
  readonly read: () => readonly Problem[]
}

/** Made by `compile` from both `sides`. Empty until it is read. */
export function liveTable<Found>(
  compile: (kind: string, sides: Sides) => Compiled<Found>,
  kind: string,
  sides: Sides,
): LiveTable<Found> {
  let { table } = compile(kind, {})
  return {
    empty: () => table.size === 0,
    find: text => table.find(text),
    files: [sides.allow, sides.deny].flatMap(entries => (entries && 'file' in entries ? [entries.file] : [])),
    read: () => {
      const read = compile(kind, sides)
      if (read.problems.length === 0) table = read.table
      return read.problems
    },
  }
}
