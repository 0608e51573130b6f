/** The line protocols on the same port: `CHECK RSPAMC/1.3`, as Exim says it, and SPAMC, as spamc does. */
import type { Socket } from 'node:net'
import type { Account } from '../shared/web/chunks.ts'
import { HttpError } from '../shared/web/request.ts'
import type { Slot } from '../shared/web/slots.ts'
import { type Asker, authorise } from './access.ts'
import { type Compression, readBody } from './body.ts'
import { answer, type Command, type Judged, judge, type RspamdService } from './commands.ts'
import { type RequestHeaders, readHeaders } from './headers.ts'
import { actionOf, symbolsOf } from './result.ts'

/** The first line of these protocols; HTTP has a path where they have a protocol's name. */
export const opening = /^([A-Z_]{4,16}) (RSPAMC|SPAMC)\/(\d\.\d)\r?\n/

const MAX_HEADER_LENGTH = 65_536
const CRLF = '\r\n'
/** A client has this long to read the answer and to close. */
const LINGER_MS = 1000

/** One after another; a large message is not copied for it. */
type Reply = readonly (Buffer | string)[]

/** Who asks, what may be read, and the time that there is for it. */
export interface Arrival extends Asker {
  readonly account: Account
  readonly slot: Slot
}

/**
 * Reads one request from a socket and answers it. Exim does not end its side, so the length that it names is kept to.
 */
export async function serveLines(service: RspamdService, socket: Socket, arrival: Arrival): Promise<void> {
  let reply: Reply
  let protocol = ''
  try {
    const head = await readHead(socket)
    const [, verb = '', named = ''] = opening.exec(head.text) ?? []
    protocol = named
    reply = await answerTo(service, socket, head, verb, protocol, arrival)
  } catch (error) {
    const known = error instanceof HttpError
    if (!known) service.report(error)
    const version = protocol === 'RSPAMC' ? 'RSPAMD/1.3' : 'SPAMD/1.1'
    reply = [`${version} ${known ? '76 EX_PROTOCOL' : '75 EX_TEMPFAIL'}${CRLF}${CRLF}`]
  }
  arrival.slot.answering()
  // What is still unread would reset the connection, and the reply be lost.
  for (const piece of reply) socket.write(piece)
  socket.end(() => setTimeout(() => socket.destroy(), LINGER_MS).unref()).resume()
}

async function answerTo(
  service: RspamdService,
  socket: Socket,
  { text, rest, isWhole }: Head,
  verb: string,
  protocol: string,
  { account, slot, ...asker }: Arrival,
): Promise<Reply> {
  if (verb === 'PING' || verb === 'SKIP') return verb === 'PING' ? [`SPAMD/1.5 0 PONG${CRLF}`] : []
  if (!isWhole) throw new HttpError(400, `a head that does not end within ${MAX_HEADER_LENGTH} bytes`)
  const headers = headersOf(text)
  if (verb === 'TELL') authorise(service.password, headers('password')[0] ?? '', asker)
  const length = lengthOf(headers, account.limit)
  const source = streamOf(rest, socket, length)
  const body = await readBody(source, account, compressionOf(headers))
  slot.arrived()
  return await (protocol === 'RSPAMC' ? rspamc : spamc)(service, verb, { headers, body, asker })
}

/** Digits, and nothing else; who names several lengths means one of them only. */
function lengthOf(headers: RequestHeaders, limit: number): number | undefined {
  const [length, ...others] = new Set(headers('content-length').map(text => text.trim()))
  if (length === undefined) return undefined
  if (others.length > 0) throw new HttpError(400, 'Content-length stands there several times, with several values')
  if (!/^\d{1,15}$/.test(length)) throw new HttpError(400, 'Content-length is not a number of bytes')
  if (Number(length) > limit) throw new HttpError(413, `a message of ${length} bytes; ${limit} are taken`)
  return Number(length)
}

/** spamc -z says so. */
function compressionOf(headers: RequestHeaders): Compression | undefined {
  const [named, ...others] = headers('compress').map(text => text.trim().toLowerCase())
  if (named === undefined) return undefined
  if (named !== 'zlib' || others.length > 0) throw new HttpError(415, 'Compress can be zlib alone')
  return 'zlib'
}

interface Head {
  readonly text: string
  /** What came behind it already. */
  readonly rest: Buffer
  /** Its end was seen. */
  readonly isWhole: boolean
}

async function readHead(socket: Socket): Promise<Head> {
  let text = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    // The end may lie across two chunks; what was searched before is not searched again.
    const from = Math.max(0, text.length - 3)
    text += (chunk as Buffer).toString('latin1')
    const end = /\r?\n\r?\n/.exec(text.slice(from))
    if (end) {
      const stop = from + end.index
      if (stop > MAX_HEADER_LENGTH) break
      const rest = Buffer.from(text.slice(stop + end[0].length), 'latin1')
      return { text: text.slice(0, stop + 2), rest, isWhole: true }
    }
    if (text.length > MAX_HEADER_LENGTH || /^(?:PING|SKIP) /.test(text)) break
  }
  return { text, rest: Buffer.alloc(0), isWhole: false }
}

/** What follows the head, up to the length that was named, else up to the end. @throws HttpError when it ends before */
async function* streamOf(rest: Buffer, socket: Socket, length: number | undefined) {
  let left = length ?? Number.POSITIVE_INFINITY
  const take = (data: Buffer) => {
    const part = data.subarray(0, left)
    left -= part.length
    return part
  }
  if (rest.length > 0) yield take(rest)
  if (left === 0) return
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    yield take(chunk as Buffer)
    if (left === 0) return
  }
  if (length !== undefined) throw new HttpError(400, `the message ended ${left} bytes before its length`)
}

/** @throws HttpError for a line that is no field: what it was meant to say would be missed */
function headersOf(text: string): RequestHeaders {
  const lines = text.split(/\r?\n/).slice(1)
  const fields = lines
    .filter(line => line !== '')
    .map(line => {
      const [, name, value = ''] = /^([!#$%&'*+.^_`|~\w-]{1,256})[ \t]{0,8}:[ \t]{0,8}(.*)$/.exec(line) ?? []
      if (name === undefined) throw new HttpError(400, `a line that is no field: ${JSON.stringify(line.slice(0, 80))}`)
      return [name.toLowerCase(), value] as const
    })
  return name => fields.filter(([other]) => other === name).map(([, value]) => value)
}

/** The user that spamc names does not prove the sender. */
const withoutUser =
  (headers: RequestHeaders): RequestHeaders =>
  name =>
    name === 'user' ? [] : headers(name)

async function rspamc(service: RspamdService, _verb: string, command: Command): Promise<Reply> {
  const { decision, thresholds } = await judge(service, readHeaders(command.headers), command.body)
  const { score, verdict, findings, reply } = decision
  const isSpam = verdict === 'accept' ? 'False' : 'True'
  const lines = [
    'RSPAMD/1.3 0 EX_OK',
    `Metric: default; ${isSpam}; ${score.toFixed(2)} / ${thresholds.reject.toFixed(2)} / 0.0`,
    `Action: ${actionOf(decision)}`,
    ...Object.values(symbolsOf(findings)).map(({ name, score }) => `Symbol: ${name}(${score.toFixed(2)})`),
    ...(reply.code >= 400 ? [`Message: ${reply.status} ${reply.text}`] : []),
  ]
  return [`${lines.join(CRLF)}${CRLF}`]
}

async function spamc(service: RspamdService, verb: string, command: Command): Promise<Reply> {
  if (verb === 'TELL') return [await tell(service, command)]
  const judged = await judge(service, readHeaders(withoutUser(command.headers)), command.body)
  const { score, verdict } = judged.decision
  const isSpam = verdict === 'accept' ? 'False' : 'True'
  const result = `Spam: ${isSpam} ; ${score.toFixed(1)} / ${judged.thresholds.quarantine.toFixed(1)}`
  const body = bodyOf(verb, judged, command.body)
  const length = body.reduce((sum, piece) => sum + piece.length, 0)
  return [[`SPAMD/1.1 0 EX_OK`, `Content-length: ${length}`, result, CRLF].join(CRLF), ...body]
}

function bodyOf(verb: string, { decision, outcome }: Judged, sent: Buffer): readonly Buffer[] {
  const symbols = Object.values(symbolsOf(decision.findings))
  const report = () =>
    symbols
      .map(({ score, name, options }) => `${score.toFixed(1).padStart(5)} ${name.padEnd(24)} ${options[0] ?? ''}`)
      .join(CRLF)
  const fields = () => Buffer.from((outcome?.trace ?? []).map(([name, value]) => `${name}: ${value}${CRLF}`).join(''))
  switch (verb) {
    case 'SYMBOLS':
      return [Buffer.from(symbols.map(({ name }) => name).join(','))]
    // The score is in the field Spam, and spamc writes it above the report.
    case 'REPORT':
      return [Buffer.from(`${report()}${CRLF}`)]
    case 'REPORT_IFSPAM':
      return decision.verdict === 'accept' ? [] : [Buffer.from(`${report()}${CRLF}`)]
    case 'PROCESS':
      // As it came: its bytes are those of any character set.
      return [fields(), sent]
    case 'HEADERS': {
      const end = /\r?\n\r?\n/.exec(sent.toString('latin1', 0, 131_072))
      return [fields(), end ? sent.subarray(0, end.index + end[0].length) : Buffer.alloc(0)]
    }
    default:
      return []
  }
}

/** spamc -L: what a message was. */
async function tell(service: RspamdService, { headers, body, asker }: Command): Promise<string> {
  const label = headers('message-class')[0]
  const sets = headers('set').join().includes('local')
  if ((label !== 'spam' && label !== 'ham') || !sets) return `SPAMD/1.1 69 EX_UNAVAILABLE${CRLF}${CRLF}`
  await answer(service, `learn${label}`, { headers, body, asker })
  return `SPAMD/1.1 0 EX_OK${CRLF}DidSet: local${CRLF}Content-length: 2${CRLF}${CRLF}${CRLF}`
}
