/** Disks: room and inodes where mail, counts and records are kept. */
import { statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { errorText } from '../model/errors.ts'
import type { Check } from './run.ts'
import type { CheckResult } from './types.ts'
import { verdicts } from './verdicts.ts'

/** What of `statfs` is used. */
export interface DiskSpace {
  readonly bsize: number
  readonly blocks: number
  readonly bavail: number
  readonly files: number
  readonly ffree: number
}

export interface DiskOptions {
  readonly paths: readonly string[]
  /** @default the system's */
  readonly space?: (path: string) => Promise<DiskSpace>
}

const EXPECTED = 'a tenth of the room and of the inodes free, and 1 GB'
const GB = 1e9
const [WARN_SHARE, FAIL_SHARE] = [0.1, 0.02]
const [WARN_BYTES, FAIL_BYTES] = [GB, 0.2 * GB]

export const disk = ({ paths, space = statfs }: DiskOptions): Check => ({
  name: 'disk',
  expected: EXPECTED,
  run: () => Promise.all([...new Set(paths.map(path => resolve(path)))].map(path => look(path, space))),
})

async function look(path: string, space: NonNullable<DiskOptions['space']>): Promise<CheckResult> {
  const { ok, warning, failed, unknown } = verdicts(`disk ${path}`, EXPECTED)
  let found: DiskSpace
  try {
    found = await spaceOf(path, space)
  } catch (error) {
    return unknown(errorText(error))
  }
  const { bsize, blocks, bavail, files, ffree } = found
  const [free, share] = [bsize * bavail, blocks === 0 ? 0 : bavail / blocks]
  // Some file systems have no fixed number of inodes.
  const inodes = files === 0 ? 1 : ffree / files
  const text = `${(free / GB).toFixed(1)} GB (${percent(share)}) and ${percent(inodes)} of the inodes are free`
  const remedy = 'remove what is not needed, shorten what history and quarantine keep, or give the disk more room'
  if (free < FAIL_BYTES || share < FAIL_SHARE || inodes < FAIL_SHARE) return failed(text, remedy)
  if (free < WARN_BYTES || share < WARN_SHARE || inodes < WARN_SHARE) return warning(text, remedy)
  return ok(text)
}

/** A folder that is not there yet is made on the disk of the folder around it. */
async function spaceOf(path: string, space: NonNullable<DiskOptions['space']>): Promise<DiskSpace> {
  try {
    return await space(path)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isMissing || dirname(path) === path) throw error
    return await spaceOf(dirname(path), space)
  }
}

const percent = (share: number): string => `${Math.floor(share * 100)} %`
