/** Gives up the privileges of root, once they are no longer needed. */
import { errorText, PosternError } from '../model/errors.ts'
import type { RelayOptions } from './config/options.ts'

/** What of `process` is used. */
export interface Privileges {
  readonly getuid?: () => number
  readonly setuid?: (user: string | number) => void
  readonly setgid?: (group: string | number) => void
  readonly initgroups?: (user: string | number, group: string | number) => void
}

/** The process is root, and is to become another user. */
export const mustDropPrivileges = (
  { user }: Pick<RelayOptions, 'user'>,
  system: Pick<Privileges, 'getuid'> = process,
): boolean => user !== undefined && system.getuid?.() === 0

/** Does nothing where the process is not root: then it has none to give up. @throws PosternError when it cannot */
export function dropPrivileges(
  { user, group }: Pick<RelayOptions, 'user' | 'group'>,
  system: Privileges = process,
): void {
  if (user === undefined || !mustDropPrivileges({ user }, system)) return
  try {
    const id = /^\d+$/.test(user) ? Number(user) : user
    const main = group === undefined ? id : /^\d+$/.test(group) ? Number(group) : group
    system.initgroups?.(id, main)
    system.setgid?.(main)
    system.setuid?.(id)
  } catch (error) {
    const expected = 'a user and a group of this system'
    const remedy = `create them, or name others: ${errorText(error)}`
    throw new PosternError([{ path: 'user', found: user, expected, remedy }])
  }
  if (system.getuid?.() === 0)
    throw new PosternError([
      { path: 'user', found: user, expected: 'a user without the privileges of root', remedy: 'name another user' },
    ])
}
