/** What each path of Rspamd's protocol does here. */
import { hash, timingSafeEqual } from 'node:crypto'
import { Readable } from 'node:stream'
import { PosternError } from '../../core/errors.ts'
import { headerOf } from '../../mime/collect.ts'
import { prometheus } from '../../observe/prometheus.ts'
import type { Gateway } from '../../postern.ts'
import { asSent } from './body.ts'
import type { Counts } from './counts.ts'
import { RequestError, type RequestHeaders, readHeaders } from './headers.ts'
import { actions, resultOf, symbolsOf } from './result.ts'
import { type Scan, scan } from './scan.ts'
import { readSettings } from './settings.ts'

export interface Door {
  readonly current: () => Gateway
  readonly counts: Counts
  /** For the controller's part; without one it is served to this machine alone. */
  readonly password: string | undefined
  readonly required: number
  readonly quarantine: number
}

export interface Command {
  /** In lower case, without the slash: `checkv2`. */
  readonly name: string
  readonly headers: RequestHeaders
  readonly body: Buffer
  /** Who asks. */
  readonly address: string
}

export interface Answer {
  readonly code: number
  readonly type: 'application/json' | 'text/plain'
  readonly body: string
}

const json = (value: unknown, code = 200): Answer => ({ code, type: 'application/json', body: JSON.stringify(value) })
const text = (body: string): Answer => ({ code: 200, type: 'text/plain', body })

/** Commands that change something, or tell about other mail than the asker's own. */
const controls: ReadonlySet<string> = new Set([
  ...[
    'learnspam',
    'learnham',
    'stat',
    'statreset',
    'symbols',
    'actions',
    'counters',
    'auth',
    'errors',
    'graph',
    'history',
  ],
])

export const isControl = (name: string): boolean => controls.has(name)

/** @throws RequestError with what was wrong with the request */
export async function answer(door: Door, command: Command): Promise<Answer> {
  const { name } = command
  // `/symbols` with a message is an old name of `/check`; without one it belongs to the controller.
  if (name === 'checkv2' || (old.has(name) && command.body.length > 0)) return await check(door, command)
  if (isControl(name)) authorise(door, command)
  switch (name) {
    case 'ping':
      return text('pong\r\n')
    case 'learnspam':
      return await learn(door, command, 'spam')
    case 'learnham':
      return await learn(door, command, 'ham')
    case 'stat':
      return json(door.counts.stat())
    case 'auth':
      return json({ auth: 'ok', ...door.counts.stat() })
    case 'symbols':
      return json(groups(door.counts))
    case 'counters':
      return json(
        rows(door.counts).map(({ symbol, weight, hits }) => ({ symbol, weight, frequency: 0, hits, time: 0 })),
      )
    case 'actions':
      return json([
        { action: 'reject', value: door.required },
        { action: 'add header', value: door.quarantine },
      ])
    case 'errors':
      return json([])
    case 'metrics':
      return text(prometheus(door.current().metrics()))
    default:
      throw new RequestError(404, `there is no command ${JSON.stringify(name.slice(0, 40))}`)
  }
}

/** Old names of `/check`, whose reply has another form. */
const old: ReadonlySet<string> = new Set(['check', 'symbols', 'scan', 'report', 'report_ifspam', 'process'])

/** Judges the message of a request. */
export async function judge({ current, counts }: Door, { headers, body }: Command): Promise<Scan> {
  const { settings, queueId: _queue, flags: _flags, ...envelope } = readHeaders(headers)
  const content = Readable.from([asSent(body)], { objectMode: false })
  try {
    const scanned = await scan(current(), { ...envelope, content, ...(settings && { terms: readSettings(settings) }) })
    const { decision, ms } = scanned
    counts.scanned(actions[decision.verdict], Object.values(symbolsOf(decision.findings)), ms)
    return scanned
  } catch (error) {
    if (error instanceof PosternError) throw new RequestError(400, error.message)
    throw error
  }
}

async function check(door: Door, command: Command): Promise<Answer> {
  const { required, quarantine } = door
  const thresholds = { reject: required, 'add header': quarantine }
  const judged = await judge(door, command)
  const messageId = headerOf(asSent(command.body)).get('message-id')?.replace(/^<|>$/g, '')
  const result = resultOf(judged, { required, thresholds, messageId })
  if (!old.has(command.name)) return json(result)
  const { symbols, ...rest } = result
  return json({ default: { is_spam: result.action !== 'no action', ...rest, ...symbols } })
}

async function learn({ current, counts }: Door, { body, address }: Command, label: 'ham' | 'spam'): Promise<Answer> {
  if (body.length === 0) throw new RequestError(400, 'there is no message to learn')
  try {
    await current().feedback({ message: asSent(body), label, by: `rspamd:${address}` })
  } catch (error) {
    if (error instanceof PosternError) throw new RequestError(409, error.message)
    throw error
  }
  counts.learned(label)
  return json({ success: true })
}

/** In constant time, whatever was sent. */
function authorise({ password }: Door, { headers, address }: Command): void {
  if (password === undefined) {
    if (/^(?:127\.|::1$|::ffff:127\.)/.test(address) || address === '') return
    throw new RequestError(403, 'without a password the controller is served to this machine alone')
  }
  const given = headers('password')[0] ?? ''
  const digest = (value: string) => hash('sha256', value, 'buffer')
  if (!timingSafeEqual(digest(given), digest(password))) throw new RequestError(403, 'the password is wrong or missing')
}

const rows = ({ symbols }: Counts) => [...symbols].map(([symbol, { hits, weight }]) => ({ symbol, hits, weight }))

function groups(counts: Counts) {
  const byGroup = Map.groupBy(rows(counts), ({ symbol }) => symbol.split('_')[0]?.toLowerCase() ?? '')
  return [...byGroup].map(([group, rules]) => ({
    group,
    rules: rules.map(({ symbol, weight }) => ({ symbol, weight, description: '', frequency: 0, time: 0 })),
  }))
}
