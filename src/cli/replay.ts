/** `postern replay`: which decisions differ between two configurations, and why. */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Gateway, postern } from '../engine/gateway.ts'
import type { PosternOptions } from '../engine/options.ts'
import { PosternError } from '../model/errors.ts'
import { load, type Recording } from '../testing/recording.ts'
import { differences } from '../testing/replay/compare.ts'
import { offline } from '../testing/replay/offline.ts'
import { type Replay, replay } from '../testing/replay.ts'

interface ReplayJob {
  readonly config: readonly string[]
  readonly redact: readonly string[]
  readonly out: (line: string) => void
}

/** Replays every recording of a folder. @returns 1 when a decision differs, else 0 */
export async function replayAll(folder: string, { config, redact, out }: ReplayJob): Promise<number> {
  const files = (await readdir(folder)).filter(name => name.endsWith('.json')).sort()
  if (files.length === 0) throw new Error(`there is no recording (*.json) in ${folder}`)
  const gateways = await Promise.all(config.map(readConfig))
  try {
    let differ = 0
    for (const file of files) {
      const recording = await load(join(folder, file))
      const replays: Replay[] = []
      for (const gateway of gateways) replays.push(await replay(recording, gateway, { redact }))
      const lines = report(recording, replays, config)
      if (lines.length > 0) {
        differ += 1
        out(file)
        for (const line of lines) out(`  ${line}`)
      }
    }
    out(`${files.length} replayed, ${differ} decided differently`)
    return differ > 0 ? 1 : 0
  } finally {
    await Promise.all(gateways.map(gateway => gateway.close()))
  }
}

/** One block for each decision that differs, then the questions without an answer; empty when nothing differs. */
function report(recording: Recording, [first, second]: readonly Replay[], names: readonly string[]): readonly string[] {
  const steps = (first?.steps ?? []).flatMap(({ said, differences: fromRecorded, replayed }, index) => {
    const other = second?.steps[index]?.replayed
    const lines = second ? differences(replayed, other) : fromRecorded
    return lines.length > 0 ? [said, ...lines.map(line => `  ${line}`)] : []
  })
  if (steps.length === 0) return []
  const unknown = [first, second].flatMap((played, index) =>
    (played?.missing ?? []).map(question => `${names[index]} asks ${question}, which the recording has no answer for`),
  )
  return [`ref ${recording.peer.ref}, from ${recording.peer.ip ?? 'an unknown client'}`, ...steps, ...unknown]
}

async function readConfig(path: string): Promise<Gateway> {
  if (!existsSync(path)) {
    const expected = 'a module whose default export is a Gateway or the options of postern()'
    throw new PosternError([{ path: '--config', found: path, expected, remedy: 'name a file that is there' }])
  }
  const { default: config } = (await import(pathToFileURL(resolve(path)).href)) as { readonly default?: unknown }
  if (isGateway(config)) return config
  if (typeof config === 'object' && config !== null && 'filters' in config)
    return postern({ ...(config as PosternOptions), ...offline })
  throw new Error(`${path}: its default export is neither a Gateway nor the options of postern()`)
}

const isGateway = (value: unknown): value is Gateway =>
  typeof value === 'object' && value !== null && 'open' in value && 'services' in value
