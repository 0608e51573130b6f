/** `postern trace`: tells what became of a message, from the history of a gateway. */
import { parseArgs } from 'node:util'
import { type History, type HistoryEntry, type HistoryQuery, story } from '../history/index.ts'
import { PosternError } from '../model/errors.ts'
import { escapeInvisible } from '../model/printable.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { advice } from './advice.ts'
import { CONFIG_DEFAULT, namedConfig } from './named-config.ts'
import { openNamedHistory } from './named-history.ts'
import type { Output } from './output.ts'

export const TRACE_USAGE = `usage: postern trace WHAT [--history DIR | --config FILE] [--since DURATION] [--limit NUMBER] [--json]

  WHAT               a reference (ref=K3X9ABCD of a reply), an address, a domain, an IP address, a Message-ID, or a rule
  --history DIR      the folder of sqliteHistory({ folder }), or of log.history in a configuration
  --config FILE      the configuration that names it; a story then says how to release or to allow what was stopped
                     (${CONFIG_DEFAULT})
  --since DURATION   such as 2d or 3h (default: all that is kept)
  --limit NUMBER     lines of the list, at most 500 (default: 50)
  --json             events or entries as JSON, one on each line

A reference, or the only message found, is shown as a story; several messages are listed, the newest first.
exit status: 0 when something was found, 1 when nothing was, 2 when the command is wrong or fails`

const OPTIONS = {
  history: { type: 'string' },
  config: { type: 'string' },
  since: { type: 'string' },
  limit: { type: 'string', default: '50' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** @returns the exit status */
export async function traceCommand(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS })
  const [text, ...rest] = positionals
  if (values.help) {
    output.out(TRACE_USAGE)
    return 0
  }
  if (text === undefined || rest.length > 0) {
    output.error(TRACE_USAGE)
    return 2
  }
  const query = queryOf(text, values)
  // A folder may be that of another gateway than the configuration of this folder.
  const config = values.history === undefined ? namedConfig(values.config) : values.config
  const history = await openNamedHistory(values.history, config)
  try {
    return await trace(history, query, { json: values.json, ...(config !== undefined && { config }) }, output)
  } finally {
    await history.close()
  }
}

function queryOf(text: string, { since, limit }: { readonly since?: string; readonly limit: string }): HistoryQuery {
  const most = /^\d{1,3}$/.test(limit) ? Number(limit) : 0
  if (most < 1 || most > 500) throw wrong('--limit', limit, 'a number from 1 to 500')
  if (since === undefined) return { text, limit: most }
  return { text, limit: most, since: Date.now() - toMilliseconds(since as Duration, '--since') }
}

const wrong = (path: string, found: unknown, expected: string): PosternError =>
  new PosternError([{ path, found, expected, remedy: `give ${path} ${expected}` }])

interface Shown {
  readonly json: boolean
  readonly config?: string
}

async function trace(history: History, query: HistoryQuery, { json, config }: Shown, output: Output): Promise<number> {
  const { out, error } = output
  const entries = await allOf(history, query)
  const [first] = entries
  // A client that was refused before it named a recipient has a session, and no entry.
  const ref = first?.ref ?? query.text?.replace(/^ref=/i, '') ?? ''
  const events = entries.every(entry => entry.ref === ref) ? await history.get(ref) : []
  if (first === undefined && events.length === 0) {
    error(`nothing is known of ${JSON.stringify(query.text)}`)
    return 1
  }
  if (events.length > 0) {
    const told = json
      ? events.map(event => JSON.stringify(event))
      : [...story(events), ...(await advice(events, config))]
    for (const line of told) out(line)
    return 0
  }
  for (const entry of entries) out(json ? JSON.stringify(entry) : lineOf(entry))
  return 0
}

/** One page, however many rows had to be looked at for it. */
async function allOf(history: History, query: HistoryQuery): Promise<readonly HistoryEntry[]> {
  const entries: HistoryEntry[] = []
  let cursor: string | undefined
  do {
    const limit = (query.limit ?? 50) - entries.length
    const page = await history.search({ ...query, limit, ...(cursor !== undefined && { cursor }) })
    entries.push(...page.entries)
    cursor = page.isPartial ? page.next : undefined
  } while (cursor !== undefined)
  return entries
}

/** `2026-11-29 21:03:11  K3X9ABCD  quarantine   7.5  ann@example.com -> bob@example.org  Hello` */
function lineOf(entry: HistoryEntry): string {
  const { time, ref, verdict, dryRun, score, reversePath, from, recipient, subject, delivery } = entry
  const date = new Date(time).toISOString().slice(0, 19).replace('T', ' ')
  const columns = [
    ...[date, ref, verdict.padEnd(10), score.toString().padStart(5)],
    `${from ?? (reversePath || '<>')} -> ${recipient}`,
    ...(dryRun === undefined ? [] : [`dry run: ${dryRun}`]),
    ...(delivery === undefined ? [] : [delivery]),
    ...(subject === undefined ? [] : [subject]),
  ]
  return escapeInvisible(columns.join('  '))
}
