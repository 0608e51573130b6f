/** Opens an encrypted archive (zip, RAR, 7-Zip) with a password. */
import type { FileFormat } from '../../filetypes/signatures.ts'
import type { Budget } from '../inspection.ts'
import { BOUNDS, sevenZipType } from './inspect-packed.ts'
import type { PackedEntry, UnpackedFile } from './task.ts'
import { notUnpacked, unpack } from './unpack.ts'

/** The result of one password. */
export type Opened =
  /** The encrypted files, as far as the budget allows. */
  | {
      readonly kind: 'opened'
      /** All entries: those whose names were encrypted too. */
      readonly entries: readonly PackedEntry[]
      readonly files: readonly UnpackedFile[]
      /** A sentence, where not all was unpacked. */
      readonly beyond?: string
    }
  | { readonly kind: 'wrong-password' }
  /** A sentence: 7-Zip is not installed or not free, or the archive is damaged or too costly. */
  | { readonly kind: 'not-examined'; readonly reason: string }

/**
 * Tries one password, and unpacks what it opens. A wrong one costs about 35 ms of `budget.time` for 7-Zip archives,
 * whose key is derived in half a million rounds; try what can be checked more cheaply first.
 */
export async function openEncrypted(
  bytes: Buffer,
  password: string,
  { format, budget, signal }: { readonly format: FileFormat; readonly budget: Budget; readonly signal: AbortSignal },
): Promise<Opened> {
  if (budget.time <= 0) return { kind: 'not-examined', reason: BOUNDS.time }
  const type = sevenZipType(format, bytes)
  const limits = { entries: budget.entries, files: budget.files, bytes: budget.inflate, cpu: budget.time }
  const outcome = await unpack(bytes, { limits, password, signal, ...(type !== undefined && { type }) })
  if (outcome.kind !== 'done') return { kind: 'not-examined', reason: notUnpacked(outcome) }
  const { entries, files, faults, bound, hiddenNames, cpu, type: opened } = outcome.answer
  budget.time -= cpu
  if (hiddenNames) return { kind: 'wrong-password' }
  if (opened === undefined) return { kind: 'not-examined', reason: 'the archive is damaged' }
  budget.inflate -= files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  // With a wrong password files are begun and not finished, or are noise: ZipCrypto has one byte to check it by.
  const failed = new Set(faults.map(({ name }) => name))
  const open = new Set(entries.filter(({ encrypted }) => !encrypted).map(({ name }) => name))
  const good = files.filter(({ name }) => !open.has(name) && !failed.has(name))
  if (good.length === 0 && faults.length > 0) return { kind: 'wrong-password' }
  return {
    kind: 'opened',
    entries,
    files: good,
    ...(bound !== undefined && { beyond: BOUNDS[bound] }),
  }
}
