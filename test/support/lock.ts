/** One at a time among all processes of this machine: a folder that only one of them can make. */
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Runs `work` while no other process runs under the same `name`.
 * A lock whose holder is gone, or that is older than `stale` milliseconds, is taken over.
 */
export async function locked<T>(name: string, stale: number, work: () => Promise<T>): Promise<T> {
  const folder = join(tmpdir(), `${name}.lock`)
  while (!(await take(folder))) {
    if (await isStale(folder, stale)) await rm(folder, { recursive: true, force: true })
    else await sleep(200)
  }
  try {
    return await work()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function take(folder: string): Promise<boolean> {
  try {
    await mkdir(folder)
  } catch {
    return false
  }
  await writeFile(join(folder, 'pid'), String(process.pid))
  return true
}

async function isStale(folder: string, stale: number): Promise<boolean> {
  const age = await stat(folder).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  if (age > stale) return true
  // Between making the folder and writing its pid the holder has nothing to show.
  if (age < 1_000) return false
  const pid = Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => ''))
  return !isAlive(pid)
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
