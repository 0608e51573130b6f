/** The user that the relay becomes, for a process that is root and could write anything. */
import { readFile } from 'node:fs/promises'
import type { FolderOptions } from '../../doctor/folder.ts'
import type { RelayOptions } from '../config/options.ts'
import { mustDropPrivileges } from '../privileges.ts'

/** Undefined where this process is that user itself. */
export function userOf({ user }: RelayOptions): FolderOptions['user'] {
  if (user === undefined || !mustDropPrivileges({ user })) return undefined
  return { name: user, uid: () => idOf(user) }
}

/** By passwd(5). Undefined where there is no such user. */
async function idOf(user: string): Promise<number | undefined> {
  if (/^\d+$/.test(user)) return Number(user)
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map(line => line.split(':'))
  const found = lines.find(([name]) => name === user)?.[2]
  return found === undefined ? undefined : Number(found)
}
