/** `postern score`: explains what a message comes to, rule by rule. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { withCrlf } from '../adapters/rspamd/body.ts'
import { errorText, PosternError } from '../model/errors.ts'
import { escapeInvisible } from '../model/printable.ts'
import { emitWarning } from '../model/services.ts'
import { canonical } from '../net/address.ts'
import { loadOptions } from '../relay/config/load.ts'
import { CONFIG_DEFAULT, withConfig } from './named-config.ts'
import type { Output } from './output.ts'
import { type GivenEnvelope, scoredMessage } from './score-envelope.ts'
import { type ScoreOptions, score } from './score-gateway.ts'
import { scoreJson, scoreLines } from './score-report.ts'

export const SCORE_USAGE = `usage: postern score FILE ... [--config FILE] [--client ADDRESS] [--helo NAME] [--from ADDRESS]
       [--rcpt ADDRESS ...] [--received-by NAME ...] [--offline] [--json]

  FILE               a message as it was received, such as FILE.eml; - reads one from standard input
  --config FILE      the configuration whose filters, points and thresholds are explained
                     (${CONFIG_DEFAULT},
                     else the defaults of postern serve)
  --client ADDRESS   the IP address of the client (default: by the Received field of a trusted server, else unknown)
  --helo NAME        the name in its greeting (default: as --client)
  --from ADDRESS     MAIL FROM, '' for a bounce (default: Return-Path above that Received field, else unknown)
  --rcpt ADDRESS     RCPT TO; may be given several times (default: unknown, and no recipient is judged)
  --received-by NAME a server whose Received fields are trusted (default: the name of the configuration)
  --offline          DNS is not asked (default: off)
  --json             one line of JSON for each message (default: off)

What is unknown is said, and costs no points. What a gateway remembers between messages (reputation, correspondents,
limits, greylisting, entries of postern list) is not judged. Nothing is sent, delivered or remembered.
exit status: 0 when every message would be accepted, 1 when one would be held, deferred or refused, 2 when the command is
wrong or fails`

const OPTIONS = {
  config: { type: 'string' },
  client: { type: 'string' },
  helo: { type: 'string' },
  from: { type: 'string' },
  rcpt: { type: 'string', multiple: true },
  'received-by': { type: 'string', multiple: true },
  offline: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** @param read reads standard input. @returns the exit status */
export async function scoreCommand(
  args: readonly string[],
  { out, error }: Output,
  read: AsyncIterable<Buffer | string> = process.stdin,
): Promise<number> {
  const { values, positionals: files } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS })
  if (values.help) {
    out(SCORE_USAGE)
    return 0
  }
  if (files.length === 0 || files.filter(file => file === '-').length > 1) {
    error(SCORE_USAGE)
    return 2
  }
  const given = withConfig(values.config === undefined ? [] : ['--config', values.config])
  const { options } = await loadOptions({ args: given, environment: process.env })
  const { client, helo, from, rcpt = [], offline: isOffline = false } = values
  const envelope: GivenEnvelope = {
    ...(client !== undefined && { client: addressOf(client) }),
    ...(helo !== undefined && { helo }),
    ...(from !== undefined && { from }),
    rcpt,
    receivers: [...(values['received-by'] ?? []), options.name, options.authservId].map(name => name.toLowerCase()),
  }
  const parts = { options, isOffline, isConfigured: given.length > 0, notify: emitWarning }
  // Sockets of DNS do not keep a process alive.
  const alive = setInterval(() => undefined, 60_000)
  try {
    return await scoreAll(files, { envelope, parts, read, isJson: values.json }, { out, error })
  } finally {
    clearInterval(alive)
  }
}

interface ScoreJob {
  readonly envelope: GivenEnvelope
  readonly parts: ScoreOptions
  readonly read: AsyncIterable<Buffer | string>
  readonly isJson: boolean
}

/** One after another. A file that cannot be read does not keep the others from being explained. */
async function scoreAll(
  files: readonly string[],
  { envelope, parts, read, isJson }: ScoreJob,
  { out, error }: Output,
): Promise<number> {
  let status = 0
  for (const file of files) {
    try {
      const message = scoredMessage(await withCrlf(await bytesOf(file, read)), envelope)
      const scored = await score(message, parts)
      if (scored.verdict !== 'accept' && status === 0) status = 1
      for (const line of isJson ? [scoreJson(file, message, scored)] : scoreLines(file, message, scored)) out(line)
    } catch (cause) {
      error(escapeInvisible(`postern: ${file}: ${errorText(cause)}`))
      status = 2
    }
  }
  return status
}

function addressOf(text: string): string {
  const address = canonical(text)
  if (address !== undefined) return address
  const expected = 'an IP address such as 192.0.2.1'
  throw new PosternError([{ path: '--client', found: text, expected, remedy: 'give the address of the client' }])
}

/** Larger files are no mail. */
const MAX_SIZE = 100 * 1024 * 1024

/** Reads no further than that: a device or a pipe has no size. */
async function bytesOf(file: string, standardInput: AsyncIterable<Buffer | string>): Promise<Buffer> {
  if (file !== '-' && (await stat(file)).isDirectory()) throw new Error('a folder; name the files in it')
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of file === '-' ? standardInput : createReadStream(file)) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > MAX_SIZE) throw new Error(`more than ${MAX_SIZE} bytes, which is the most for a message`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}
