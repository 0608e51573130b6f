/** What to say of a command line whose words are wrong: what was found, what was expected, and the usage. */
import { show } from '../model/errors.ts'
import { nearest } from '../model/nearest.ts'

/** @param found the word in the place of an action, or of a command */
export function wrongAction(
  command: string,
  found: string | undefined,
  { actions, usage }: { readonly actions: readonly string[]; readonly usage: string },
): string {
  if (found !== undefined && actions.includes(found)) return `${command} ${found}: its arguments are wrong\n\n${usage}`
  const expected = `one of ${actions.join(', ')}`
  if (found === undefined || found === '') return `${command}: found no action, expected ${expected}\n\n${usage}`
  const meant = nearest(found, actions)
  const remedy = meant === undefined ? '' : `; did you mean ${command} ${meant}?`
  return `${command}: found ${show(found)}, expected ${expected}${remedy}\n\n${usage}`
}
