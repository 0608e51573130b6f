/** The JSON of one call of an MTA hook, read strictly. */
import { randomUUID } from 'node:crypto'
import { isUnknown } from '../../net/unknown.ts'
import { HttpError } from '../shared/web/request.ts'

const stages = ['connect', 'ehlo', 'auth', 'mail', 'rcpt', 'data'] as const
/** When Stalwart calls. */
type HookStage = (typeof stages)[number]

/** One call. */
export interface HookCall {
  readonly stage: HookStage
  /** The connection of the client: the addresses and ports of both ends. */
  readonly connection: string
  /** Absent where Stalwart does not know it. */
  readonly ip?: string
  readonly helo?: string
  readonly user?: string
  readonly tls?: { readonly protocol: string; readonly cipher?: string }
  /** Stalwart's name of the message, once it has one. */
  readonly queueId?: string
  readonly reversePath?: string
  readonly forwardPaths: readonly string[]
  /** At `data`. */
  readonly message?: Buffer
}

/** More than any mail server takes in one transaction. */
const MAX_RECIPIENTS = 1000
const MAX_TEXT_LENGTH = 2048

type Fields = Readonly<Record<string, unknown>>

/** @throws HttpError naming what is missing or of another form */
export function readCall(body: Buffer): HookCall {
  const call = fields(parse(body), 'the body')
  const context = fields(call.context, 'context')
  const client = fields(context.client, 'context.client')
  const server = fields(context.server ?? {}, 'context.server')
  const stage = stages.find(name => name === context.stage)
  if (stage === undefined) throw wrong('context.stage', `one of ${stages.join(', ')}`)
  const address = client.ip === null ? '' : text(client.ip, 'context.client.ip')
  const ip = isUnknown(address) ? undefined : address
  const port = number(client.port, 'context.client.port')
  const helo = optional(client.helo, 'context.client.helo')
  const user = context.sasl ? text(fields(context.sasl, 'context.sasl').login, 'context.sasl.login') : undefined
  const tls = context.tls ? fields(context.tls, 'context.tls') : undefined
  const queue = context.queue ? fields(context.queue, 'context.queue') : undefined
  const queueId = queue && optional(queue.id, 'context.queue.id')
  const envelope = call.envelope ? readEnvelope(fields(call.envelope, 'envelope')) : { forwardPaths: [] }
  const message = call.message ? readMessage(fields(call.message, 'message')) : undefined
  if (stages.indexOf(stage) >= stages.indexOf('mail') && !call.envelope) throw wrong('envelope', 'an object')
  if (stage === 'data' && !message) throw wrong('message', 'an object')
  return {
    stage,
    ...(ip !== undefined && { ip }),
    connection: [
      // Clients without an address never share a session.
      ip ?? randomUUID(),
      port,
      optional(server.ip, 'context.server.ip'),
      number(server.port, 'context.server.port'),
    ].join(' '),
    ...(helo && { helo }),
    ...(queueId && { queueId }),
    ...(user && { user }),
    ...(tls && {
      tls: { protocol: text(tls.version, 'context.tls.version'), cipher: text(tls.cipher, 'context.tls.cipher') },
    }),
    ...envelope,
    ...(message && { message }),
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw wrong('the body', 'JSON')
  }
}

const wrong = (path: string, expected: string): HttpError => new HttpError(400, `${path}: ${expected} was expected`)

function fields(value: unknown, path: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw wrong(path, 'an object')
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string' && value.length <= MAX_TEXT_LENGTH) return value
  throw wrong(path, `a string of at most ${MAX_TEXT_LENGTH} characters`)
}

const optional = (value: unknown, path: string): string | undefined =>
  value === undefined || value === null ? undefined : text(value, path)

function number(value: unknown, path: string): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535) return value
  throw wrong(path, 'a whole number from 0 to 65535')
}

function readEnvelope(envelope: Fields): Pick<HookCall, 'reversePath' | 'forwardPaths'> {
  const { from, to = [] } = envelope
  if (!Array.isArray(to) || to.length > MAX_RECIPIENTS)
    throw wrong('envelope.to', `a list of at most ${MAX_RECIPIENTS} addresses`)
  const address = (value: unknown, path: string) =>
    text(fields(value, path).address, `${path}.address`).replace(/^<(.*)>$/, '$1')
  return {
    reversePath: address(from, 'envelope.from'),
    forwardPaths: to.map((path: unknown, index) => address(path, `envelope.to[${index}]`)),
  }
}

/** Values come with the blank before and the line end after them, or without. */
function readMessage({ headers, contents }: Fields): Buffer {
  if (!Array.isArray(headers) || typeof contents !== 'string') throw wrong('message', 'headers and contents')
  const lines = headers.map((pair: unknown) => {
    const [name, value] = Array.isArray(pair) ? (pair as readonly unknown[]) : []
    if (typeof name !== 'string' || typeof value !== 'string') throw wrong('message.headers', 'pairs of strings')
    return `${name}:${/^[ \t\r\n]/.test(value) ? '' : ' '}${value}${value.endsWith('\n') ? '' : '\r\n'}`
  })
  return Buffer.from(`${lines.join('')}\r\n${contents}`)
}
