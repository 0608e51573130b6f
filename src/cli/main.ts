#!/usr/bin/env node
/** The command `postern`: runs the relay and its tools. What a command needs is loaded when it is called. */
import { readFile, realpath } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { errorText } from '../model/errors.ts'
import { escapeInvisible } from '../model/printable.ts'
import { restartWithHeap } from '../relay/heap.ts'
import { type Output, terminal } from './output.ts'
import { wrongAction } from './wrong-action.ts'

const USAGE = `usage: postern serve [--config FILE] [option ...] (see postern serve --help)
       postern init [--all] [FILE]
       postern config check [FILE]
       postern config print [--config FILE]
       postern replay DIR --config A [--config B] [--redact WORD ...]
       postern learn --state DIR --from SOURCE ... (see postern learn --help)
       postern list show|add|remove ... (see postern list --help)
       postern short-links add|import|remove ... (see postern short-links --help)
       postern score FILE ... (see postern score --help)
       postern record FILE --redact --out FILE (see postern record --help)
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

exit status: 0 when nothing differs, 1 when a decision differs, 2 when the command is wrong or fails`

/** Each is loaded when it is called. */
const COMMANDS = {
  serve: async (args: readonly string[], output: Output) => (await import('./serve.ts')).serveCommand(args, output),
  init: async (args: readonly string[], output: Output) => (await import('./init.ts')).initCommand(args, output),
  config: async (args: readonly string[], output: Output) =>
    (await import('./config-command.ts')).configCommand(args, output),
  list: async (args: readonly string[], output: Output) => (await import('./list.ts')).listCommand(args, output),
  'short-links': async (args: readonly string[], output: Output) =>
    (await import('./short-links.ts')).shortLinksCommand(args, output),
  quarantine: async (args: readonly string[], output: Output) =>
    (await import('./quarantine.ts')).quarantineCommand(args, output),
  doctor: async (args: readonly string[], output: Output) => (await import('./doctor.ts')).doctorCommand(args, output),
  report: async (args: readonly string[], output: Output) => (await import('./report.ts')).reportCommand(args, output),
  learn: async (args: readonly string[], output: Output) =>
    (await import('./learn/command.ts')).learnCommand(args, output),
  history: async (args: readonly string[], output: Output) =>
    (await import('./history.ts')).historyCommand(args, output),
  score: async (args: readonly string[], output: Output) => (await import('./score.ts')).scoreCommand(args, output),
  record: async (args: readonly string[], output: Output) =>
    (await import('./record/command.ts')).recordCommand(args, output),
  trace: async (args: readonly string[], output: Output) => (await import('./trace.ts')).traceCommand(args, output),
}

const NAMES = [...Object.keys(COMMANDS), 'replay']

const REPLAY = 'one folder of recordings, and one configuration or two: postern replay DIR --config FILE'

const SEE_HELP = 'postern --help lists all commands'

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
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const [command, folder, ...rest] = positionals
    const { config, redact, help } = values
    if (help) {
      out(USAGE)
      return 0
    }
    const isReplay = command === 'replay' && folder !== undefined && rest.length === 0
    if (isReplay && config.length > 0 && config.length < 3) {
      const { replayAll } = await import('./replay.ts')
      return await replayAll(folder, { config, redact, out })
    }
    if (command === 'replay')
      error(
        `postern replay: found ${positionals.length - 1} folders and ${config.length} configurations, expected ${REPLAY}\n\n${USAGE}`,
      )
    else error(name === '' ? USAGE : wrongAction('postern', name, { actions: NAMES, usage: SEE_HELP }))
    return 2
  } catch (cause) {
    // A server or a file may have written a part of it.
    for (const line of `postern: ${errorText(cause)}`.split('\n')) error(escapeInvisible(line))
    return 2
  }
}

/** A reader such as head may leave before the end. The relay writes its log elsewhere, and goes on. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2))
}

// npm installs a symbolic link to this file.
if (process.argv[1] !== undefined && (await realpath(process.argv[1])) === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === 'serve') restartWithHeap()
  else endWithReader()
  // Timers of a store keep no process alive: without this one, a command that waits for them would end unanswered.
  const alive = setInterval(() => undefined, 60_000)
  process.exitCode = await main(process.argv.slice(2), terminal())
  clearInterval(alive)
}
