/** What each path of Rspamd's protocol does here. */
import type { Gateway } from '../../engine/gateway.ts'
import { headerOf } from '../../mime/header/collect.ts'
import { PosternError } from '../../model/errors.ts'
import { prometheus } from '../../observe/prometheus.ts'
import { type ScanResult, scan } from '../shared/scan.ts'
import { sliced } from '../shared/slices.ts'
import { HttpError } from '../shared/web/request.ts'
import { type Asker, authorise, isControl } from './access.ts'
import { withCrlf } from './body.ts'
import type { Counts } from './counts.ts'
import { type RequestedScan, type RequestHeaders, readHeaders } from './headers.ts'
import { checkReply, readCheckRequest } from './multipart.ts'
import { pack } from './pack.ts'
import {
  actionOf,
  actions,
  byAction,
  groupOf,
  type Result,
  resultOf,
  skipped,
  symbolsOf,
  type Thresholds,
} from './result.ts'
import { readSettings } from './settings.ts'

export interface RspamdService {
  readonly current: () => Gateway
  readonly counts: Counts
  /** For the controller's part; without one it is served to this machine alone. */
  readonly password: string | undefined
  /** Reports an error that is not the client's. Never throws. */
  readonly report: (error: unknown) => void
  /** The gateway's own, as replies show them. */
  readonly thresholds: Thresholds
}

export interface Command {
  readonly headers: RequestHeaders
  readonly body: Buffer
  readonly asker: Asker
  /** Decompresses a part of the body within the limits of the request. */
  readonly unpack?: (bytes: Buffer) => Promise<Buffer>
}

export interface Answer {
  readonly code: number
  readonly type: string
  readonly body: string | Buffer
  /** Compressed in its parts already, or not at all: the whole is sent as it is. @default false */
  readonly isFinal?: boolean
}

const json = (value: unknown): Answer => ({ code: 200, type: 'application/json', body: JSON.stringify(value) })
const text = (body: string): Answer => ({ code: 200, type: 'text/plain', body })

/**
 * @param name in lower case, without the slash: `checkv2`
 * @throws HttpError with what was wrong with the request
 */
export async function answer(service: RspamdService, name: string, command: Command): Promise<Answer> {
  // `/symbols` with a message is an old name of `/check`; without one it belongs to the controller.
  if (name === 'checkv2') return json(await check(service, command))
  if (name === 'checkv3') return await checkParts(service, command)
  if (old.has(name) && command.body.length > 0) return json(inOldForm(await check(service, command)))
  if (isControl(name)) authorise(service.password, command.headers('password')[0] ?? '', command.asker)
  switch (name) {
    case 'ping':
      return text('pong\r\n')
    case 'learnspam':
      return await learn(service, command, 'spam')
    case 'learnham':
      return await learn(service, command, 'ham')
    case 'stat':
      return json(service.counts.stat())
    case 'auth':
      return json({ auth: 'ok', ...service.counts.stat() })
    case 'symbols':
      return json(groups(service.counts))
    case 'counters':
      return json(rows(service.counts).map(row => ({ ...row, frequency: 0, time: 0 })))
    case 'actions':
      return json(Object.entries(byAction(service.thresholds)).map(([action, value]) => ({ action, value })))
    case 'errors':
      return json([])
    case 'metrics':
      return text(prometheus(service.current().metrics()))
    default:
      throw new HttpError(404, `there is no command ${JSON.stringify(name.slice(0, 40))}`)
  }
}

/** Old names of `/check`, whose reply has another form. */
const old: ReadonlySet<string> = new Set(['check', 'symbols', 'scan', 'report', 'report_ifspam', 'process'])

export interface Judged extends ScanResult {
  /** Of the gateway, or what the request has asked for. */
  readonly thresholds: Thresholds
  /** The message as it was judged. */
  readonly message: Buffer
}

/** Judges the message of a request. */
export async function judge(service: RspamdService, asked: RequestedScan, body: Buffer): Promise<Judged> {
  const { settings, flags: _reply, ...envelope } = asked
  const message = await withCrlf(body)
  try {
    const { overrides, thresholds } = settings
      ? readSettings(settings, service.thresholds)
      : { overrides: undefined, thresholds: service.thresholds }
    const content = sliced(message)
    const scanned = await scan(service.current(), { ...envelope, content, ...(overrides && { overrides }) })
    const { decision, ms } = scanned
    service.counts.scanned(actionOf(decision), Object.values(symbolsOf(decision.findings)), ms)
    return { ...scanned, thresholds, message }
  } catch (error) {
    if (error instanceof PosternError) throw new HttpError(400, error.message)
    throw error
  }
}

/** The body of a reply to `/checkv2`. */
async function check(service: RspamdService, command: Command): Promise<Result> {
  const asked = readHeaders(command.headers)
  if (asked.flags.has('skip')) return skipped(service.thresholds)
  const { thresholds, message, ...judged } = await judge(service, asked, command.body)
  const messageId = headerOf(message).get('message-id')?.replace(/^<|>$/g, '')
  return resultOf(judged, { thresholds, messageId, grouped: asked.flags.has('groups') })
}

/** `/checkv3`: the same, with request and reply in parts. */
async function checkParts(service: RspamdService, command: Command): Promise<Answer> {
  const { headers, message, isPacked } = readCheckRequest(command.headers, command.body)
  const body = isPacked && command.unpack ? await command.unpack(message) : message
  const plain = Buffer.from(JSON.stringify(await check(service, { ...command, headers, body })))
  const isZstd = command.headers('accept-encoding').some(value => /\bzstd\b/i.test(value))
  return { code: 200, isFinal: true, ...checkReply(isZstd ? await pack(plain) : plain, isZstd) }
}

const inOldForm = ({ symbols, ...rest }: Result) => ({
  default: { is_spam: rest.action !== actions.accept, ...rest, ...symbols },
})

async function learn(
  { current, counts }: RspamdService,
  { body, asker, headers }: Command,
  label: 'ham' | 'spam',
): Promise<Answer> {
  if (body.length === 0) throw new HttpError(400, 'there is no message to learn')
  try {
    const message = sliced(await withCrlf(body))
    const recipient = headers('deliver-to')[0] ?? headers('rcpt')[0]
    const said = { message, label, by: `rspamd:${asker.peer.ip ?? 'local'}` } as const
    await current().feedback({ ...said, ...(recipient !== undefined && { recipient }) })
  } catch (error) {
    if (error instanceof PosternError) throw new HttpError(409, error.message)
    throw error
  }
  counts.learned(label)
  return json({ success: true })
}

const rows = ({ symbols }: Counts) => [...symbols].map(([symbol, { hits, weight }]) => ({ symbol, hits, weight }))

function groups(counts: Counts) {
  const byGroup = Map.groupBy(rows(counts), ({ symbol }) => groupOf(symbol))
  return [...byGroup].map(([group, rules]) => ({
    group,
    rules: rules.map(({ symbol, weight }) => ({ symbol, weight, description: '', frequency: 0, time: 0 })),
  }))
}
