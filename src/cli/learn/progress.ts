/** How far a run has come: kept beside the classifier, so that an interrupted run goes on where it was. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isRecord } from '../../model/options.ts'

const FILE = 'learn-progress.json'
const MAX_LENGTH = 4 * 1024 * 1024

/** What a run has done so far. */
export interface Progress {
  /** By the name of a source, the position of the last message that was learned. */
  readonly positions: Readonly<Record<string, string>>
  readonly trained: { readonly ham: number; readonly spam: number }
  /** What the outlook has exported. */
  readonly outlook: unknown
}

/** @returns undefined where no run was interrupted, `damaged` where what is there cannot be read */
export async function readProgress(folder: string): Promise<Progress | 'damaged' | undefined> {
  const text = await readFile(join(folder, FILE), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  return (text.length <= MAX_LENGTH ? parsed(text) : undefined) ?? 'damaged'
}

function parsed(text: string): Progress | undefined {
  try {
    const kept: unknown = JSON.parse(text)
    if (!isRecord(kept) || !isRecord(kept.positions) || !isRecord(kept.trained)) return undefined
    const positions = Object.entries(kept.positions).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    )
    const { ham, spam } = kept.trained
    if (!Number.isSafeInteger(ham) || !Number.isSafeInteger(spam)) return undefined
    return {
      positions: Object.fromEntries(positions),
      trained: { ham: Number(ham), spam: Number(spam) },
      outlook: kept.outlook,
    }
  } catch {
    return undefined
  }
}

/** Replaces the file as a whole. Called after the snapshot was written: then a killed run repeats little. */
export async function writeProgress(folder: string, progress: Progress): Promise<void> {
  const draft = join(folder, `${FILE}.${process.pid}.draft`)
  await writeFile(draft, JSON.stringify(progress), { mode: 0o600 })
  await rename(draft, join(folder, FILE))
}

export const removeProgress = (folder: string): Promise<void> => rm(join(folder, FILE), { force: true })
