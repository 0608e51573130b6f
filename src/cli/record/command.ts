/** `postern record`: takes names, addresses and texts out of a message or a recording, so that it can be shared. */
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { withCrlf } from '../../adapters/rspamd/body.ts'
import { emitWarning } from '../../model/services.ts'
import { loadOptions } from '../../relay/config/load.ts'
import { load } from '../../testing/recording.ts'
import type { Output } from '../output.ts'
import { scoredMessage } from '../score-envelope.ts'
import { type Scored, score } from '../score-gateway.ts'
import { Pseudonyms } from './pseudonyms.ts'
import { redactMessage } from './redact-message.ts'
import { redactRecording, VOCABULARY } from './redact-recording.ts'

export const RECORD_USAGE = `usage: postern record FILE --redact --out FILE [--keep WORD ...]

  FILE         a message (.eml), or a recording (.json) that record() of postern/testing wrote
  --redact     words, names and addresses become others, the same one for the same, of the same length and script;
               of attached files only the first bytes stay (required: nothing else is done yet)
  --out FILE   the file to write; a file that exists is not replaced
  --keep WORD  a word or the name of a host that stays; may be given several times (default: none)

How a message is built stays: names of fields, parts, links, HTML, kinds of files. The rules that it meets are compared before
and after, without DNS and with the defaults; where one is lost, keep the words that it needs. Read the result
before you share it. A recording is compared by postern replay.
exit status: 0 when the same rules are met, 1 when they differ, 2 when the command is wrong or fails`

const OPTIONS = {
  redact: { type: 'boolean', default: false },
  out: { type: 'string' },
  keep: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** @returns the exit status */
export async function recordCommand(args: readonly string[], { out, error }: Output): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS })
  const [file, ...others] = positionals
  if (values.help) {
    out(RECORD_USAGE)
    return 0
  }
  if (file === undefined || others.length > 0 || !values.redact || values.out === undefined) {
    error(RECORD_USAGE)
    return 2
  }
  const { out: target, keep = [] } = values
  const write = (content: string | Buffer) => writeFile(target, content, { mode: 0o600, flag: 'wx' })
  if (file.endsWith('.json')) {
    const redacted = redactRecording(await load(file), new Pseudonyms([...VOCABULARY, ...keep]))
    await write(`${JSON.stringify(redacted, undefined, 2)}\n`)
    out(`${target}: read it before you share it, and compare it with postern replay`)
    return 0
  }
  const message = await withCrlf(await readFile(file))
  const redacted = redactMessage(message, new Pseudonyms(keep))
  await write(redacted)
  return compare(await judged(message), await judged(redacted), { target, out })
}

/** By what the message is alone: no DNS, no client, no configuration. */
async function judged(message: Buffer): Promise<Scored> {
  const { options } = await loadOptions({ args: [], environment: {} })
  const envelope = scoredMessage(message, { rcpt: [], receivers: [] })
  return score(envelope, { options, isOffline: true, isConfigured: false, notify: emitWarning })
}

function compare(before: Scored, after: Scored, { target, out }: Pick<Output, 'out'> & { target: string }): 0 | 1 {
  const [lost, gained] = [rulesOnlyOf(before, after), rulesOnlyOf(after, before)]
  out(`before: score ${before.score}, ${before.verdict}; after: score ${after.score}, ${after.verdict}`)
  if (lost.length > 0) out(`no longer met: ${lost.join(', ')}; keep the words that they need with --keep`)
  if (gained.length > 0) out(`newly met: ${gained.join(', ')}`)
  out(`${target}: read it before you share it`)
  return lost.length + gained.length > 0 || before.verdict !== after.verdict ? 1 : 0
}

function rulesOnlyOf({ findings }: Scored, other: Scored): readonly string[] {
  const others = new Set(other.findings.map(({ rule }) => rule))
  return [...new Set(findings.map(({ rule = 'a rule without a name' }) => rule))].filter(rule => !others.has(rule))
}
