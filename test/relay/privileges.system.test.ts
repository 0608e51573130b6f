/** A relay that was started as root gives up its privileges once its ports are bound. */
import { chmod, chown, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratch } from '../support/scratch.ts'
import { deliver, letter, messages, relayProcess } from './relay-process.ts'

const NOBODY = 65_534

const uidOf = async (pid: number | undefined): Promise<number> =>
  Number(/^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1])

test.for(['1', '2'])('%s processes run as the user, and deliver', { timeout: 120_000 }, async workers => {
  if (process.getuid?.() !== 0) throw new Error('this test needs root, because only root can give up its privileges')
  await using folder = await scratch()
  await chmod(folder.path, 0o755)
  await chown(folder.path, NOBODY, NOBODY)
  const user = ['--user', String(NOBODY), '--group', String(NOBODY)]
  await using relay = await relayProcess(['--maildir', folder.path, '--workers', workers, ...user], {
    environment: { TMPDIR: folder.path },
  })
  expect(await uidOf(relay.child.pid)).toBe(NOBODY)
  const children = await readFile(`/proc/${relay.child.pid}/task/${relay.child.pid}/children`, 'utf8')
  for (const pid of children.trim().split(' ').filter(Boolean)) expect(await uidOf(Number(pid))).toBe(NOBODY)
  expect(await deliver(relay.port, letter('unprivileged'))).toMatch(/^250 /)
  expect(await messages(join(folder.path))).toHaveLength(1)
})
