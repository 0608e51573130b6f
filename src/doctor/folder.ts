/** Folders in which something is kept: whether they can be written. */
import { randomUUID } from 'node:crypto'
import { open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText } from '../model/errors.ts'
import type { Check } from './run.ts'
import type { CheckResult } from './types.ts'
import { verdicts } from './verdicts.ts'

interface KeptFolder {
  /** What it is for: `history`, `quarantine`. */
  readonly what: string
  readonly path: string
}

export interface FolderOptions {
  readonly folder: KeptFolder
  /** The user that postern becomes, where this process is root: root can write everywhere. */
  readonly user?: { readonly name: string; readonly uid: () => Promise<number | undefined> }
}

const EXPECTED = 'a folder that postern can write'

export const folder = ({ folder: { what, path }, user }: FolderOptions): Check => ({
  name: what,
  expected: EXPECTED,
  run: async () => [await look(what, path, user)],
})

async function look(what: string, path: string, user: FolderOptions['user']): Promise<CheckResult> {
  const { ok, failed, unknown } = verdicts(`${what} ${path}`, EXPECTED)
  const remedy = `create ${path}, and give it to ${user === undefined ? 'the user of postern' : user.name}`
  const file = join(path, `.doctor-${randomUUID()}`)
  try {
    const handle = await open(file, 'wx', 0o600)
    try {
      await handle.write('postern doctor')
      await handle.sync()
    } finally {
      await handle.close()
      await rm(file, { force: true })
    }
  } catch (error) {
    return failed(`it cannot be written: ${errorText(error)}`, remedy)
  }
  if (user === undefined) return ok('a file was written and removed')
  const [{ uid }, wanted] = await Promise.all([stat(path), user.uid()])
  if (wanted === undefined) return unknown(`whether ${user.name} can write it: there is no such user`, remedy)
  if (uid === wanted) return ok(`it belongs to ${user.name}`)
  return unknown(`it belongs to another user (${uid}); whether ${user.name} can write it is not known`, remedy)
}
