#!/usr/bin/env node
/** The command `postern`: runs the relay and its tools. What a command needs is loaded when it is called. */
import { readdir, readFile, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { type Gateway, postern } from '../engine/gateway.ts'
import type { PosternOptions } from '../engine/options.ts'
import { errorText } from '../model/errors.ts'
import { load, type Recording } from '../testing/recording.ts'
import { differences } from '../testing/replay/compare.ts'
import { offline } from '../testing/replay/offline.ts'
import { type Replay, replay } from '../testing/replay.ts'
import { learnAll } from './learn.ts'
import type { Output } from './output.ts'

const USAGE = `usage: postern serve [--config FILE] [option ...] (see postern serve --help)
       postern init [--all] [FILE]
       postern config check [FILE]
       postern config print [--config FILE]
       postern replay DIR --config A [--config B] [--redact WORD ...]
       postern learn --state DIR --ham PATH [--ham PATH ...] --spam PATH [--spam PATH ...]
       postern learn --state DIR --rollback
       postern list show|add|remove ... (see postern list --help)
       postern trace WHAT (see postern trace --help)
       postern history export|erase ADDRESS (see postern history --help)
       postern quarantine list|show|release|delete|undo ... (see postern quarantine --help)
       postern doctor [--config FILE] (see postern doctor --help)
       postern report read|send ... (see postern report --help)
       postern --version

serve runs the relay: it accepts mail, judges it, and hands it to the next server or into a Maildir. init writes a
commented configuration, and config checks or prints one.

replay replays every recording (*.json) in DIR without any service. With one configuration it compares the decisions with
the recorded ones; with two it compares them with each other.
  --config FILE   a module whose default export is a Gateway or the options of postern(); once or twice
  --redact WORD   a word that was redacted when the recordings were made; as often as needed (default: none)

learn trains the classifier of classify({ folder: DIR }) from sorted mail: Maildirs, mbox files and folders of messages.
A gateway that uses DIR takes over the result within a minute of its next training example.
  --state DIR     the folder of the classifier
  --ham PATH      wanted mail; as often as needed
  --spam PATH     unwanted mail; as often as needed
  --rollback      restores the newest checkpoint, which learn makes before it begins, and trains nothing (default: off)

exit status: 0 when nothing differs or all mail was learned, 1 when a decision differs or there is no checkpoint, 2 when the
command is wrong or fails`

/** Each is loaded when it is called. */
const COMMANDS = {
  serve: async (args: readonly string[], output: Output) => (await import('./serve.ts')).serveCommand(args, output),
  init: async (args: readonly string[], output: Output) => (await import('./init.ts')).initCommand(args, output),
  config: async (args: readonly string[], output: Output) =>
    (await import('./config-command.ts')).configCommand(args, output),
  list: async (args: readonly string[], output: Output) => (await import('./list.ts')).listCommand(args, output),
  quarantine: async (args: readonly string[], output: Output) =>
    (await import('./quarantine.ts')).quarantineCommand(args, output),
  doctor: async (args: readonly string[], output: Output) => (await import('./doctor.ts')).doctorCommand(args, output),
  report: async (args: readonly string[], output: Output) => (await import('./report.ts')).reportCommand(args, output),
  history: async (args: readonly string[], output: Output) =>
    (await import('./history.ts')).historyCommand(args, output),
  trace: async (args: readonly string[], output: Output) => (await import('./trace.ts')).traceCommand(args, output),
}

/** The version of the package, which is above the folder of this file both in the source and in the build. */
async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  return String((manifest as { readonly version?: unknown }).version)
}

/** @returns the exit status; undefined while a command goes on */
export async function main(args: readonly string[], output: Output): Promise<number | undefined> {
  const { out, error } = output
  try {
    const [name = '', ...others] = args
    if (Object.hasOwn(COMMANDS, name)) return await COMMANDS[name as keyof typeof COMMANDS](others, output)
    if (name === '--version' || name === '-V') {
      out(await version())
      return 0
    }
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string', multiple: true, default: [] },
        redact: { type: 'string', multiple: true, default: [] },
        state: { type: 'string' },
        ham: { type: 'string', multiple: true, default: [] },
        spam: { type: 'string', multiple: true, default: [] },
        rollback: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const [command, folder, ...rest] = positionals
    const { config, redact, help, state, ham, spam, rollback } = values
    if (help) {
      out(USAGE)
      return 0
    }
    const isReplay = command === 'replay' && folder !== undefined && rest.length === 0
    if (isReplay && config.length > 0 && config.length < 3) return await replayAll(folder, { config, redact, out })
    const isLearn = command === 'learn' && folder === undefined && (rollback || (ham.length > 0 && spam.length > 0))
    if (isLearn && state !== undefined) return await learnAll({ state, ham, spam, rollback, output })
    error(USAGE)
    return 2
  } catch (cause) {
    error(`postern: ${errorText(cause)}`)
    return 2
  }
}

interface ReplayJob {
  readonly config: readonly string[]
  readonly redact: readonly string[]
  readonly out: (line: string) => void
}

async function replayAll(folder: string, { config, redact, out }: ReplayJob): Promise<number> {
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
  const { default: config } = (await import(pathToFileURL(resolve(path)).href)) as { readonly default?: unknown }
  if (isGateway(config)) return config
  if (typeof config === 'object' && config !== null && 'filters' in config)
    return postern({ ...(config as PosternOptions), ...offline })
  throw new Error(`${path}: its default export is neither a Gateway nor the options of postern()`)
}

const isGateway = (value: unknown): value is Gateway =>
  typeof value === 'object' && value !== null && 'open' in value && 'services' in value

/** A reader such as head may leave before the end. The relay writes its log elsewhere, and goes on. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2))
}

// npm installs a symbolic link to this file.
if (process.argv[1] !== undefined && (await realpath(process.argv[1])) === fileURLToPath(import.meta.url)) {
  if (process.argv[2] !== 'serve') endWithReader()
  process.exitCode = await main(process.argv.slice(2), { out: console.log, error: console.error })
}
