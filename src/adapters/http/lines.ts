/** The line protocols on the same port: `CHECK RSPAMC/1.3`, as Exim says it, and SPAMC, as spamc does. */
import type { Socket } from 'node:net'
import { readBody } from './body.ts'
import { answer, type Command, type Door, type Judged, judge } from './commands.ts'
import { RequestError, type RequestHeaders, readHeaders } from './headers.ts'
import { actions, symbolsOf } from './result.ts'

/** How a conversation of this kind begins; HTTP has a path where these have a name. */
export const opening = /^([A-Z_]{4,16}) (RSPAMC|SPAMC)\/(\d\.\d)\r?\n/

const LONGEST_HEADER = 65_536
const CRLF = '\r\n'

/** How much of a request is taken, and who hears that it is whole. */
export interface Arrival {
  /** Octets of a message. */
  readonly limit: number
  readonly arrived: () => void
}

/** Reads one request from a socket and answers it. Exim does not end its side, so the length that it names is kept to. */
export async function serveLines(door: Door, socket: Socket, { limit, arrived }: Arrival): Promise<void> {
  const head = await readHead(socket)
  const [, verb = '', protocol = ''] = opening.exec(head.text) ?? []
  const reply = protocol === 'RSPAMC' ? rspamc : spamc
  try {
    if (verb === 'PING' || verb === 'SKIP') return void socket.end(verb === 'PING' ? `SPAMD/1.5 0 PONG${CRLF}` : '')
    const headers = headersOf(head.text)
    const length = Number(headers('content-length')[0] ?? Number.NaN)
    const stop = Number.isSafeInteger(length) ? length : undefined
    if (stop !== undefined && stop > limit)
      throw new RequestError(413, `a message of ${stop} octets; ${limit} are taken`)
    const body = await readBody(streamOf(head.rest, socket, stop), limit, false)
    arrived()
    socket.end(await reply(door, verb, { headers, body, address: socket.remoteAddress ?? '' }))
  } catch (error) {
    const known = error instanceof RequestError
    socket.end(
      `${protocol === 'RSPAMC' ? 'RSPAMD/1.3' : 'SPAMD/1.1'} ${known ? '76 EX_PROTOCOL' : '75 EX_TEMPFAIL'}${CRLF}${CRLF}`,
    )
  }
}

async function readHead(socket: Socket): Promise<{ readonly text: string; readonly rest: Buffer }> {
  let text = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    // The end may lie across two chunks; what was searched before is not searched again.
    const from = Math.max(0, text.length - 3)
    text += (chunk as Buffer).toString('latin1')
    const end = /\r?\n\r?\n/.exec(text.slice(from))
    if (end) {
      const stop = from + end.index
      return { text: text.slice(0, stop + 2), rest: Buffer.from(text.slice(stop + end[0].length), 'latin1') }
    }
    if (text.length > LONGEST_HEADER) break
  }
  return { text, rest: Buffer.alloc(0) }
}

/** What follows the head, up to the length that was named, else up to the end. */
async function* streamOf(rest: Buffer, socket: Socket, stop: number | undefined) {
  let left = stop ?? Number.POSITIVE_INFINITY
  const take = (octets: Buffer) => {
    const part = octets.subarray(0, left)
    left -= part.length
    return part
  }
  yield take(rest)
  if (left === 0) return
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    yield take(chunk as Buffer)
    if (left === 0) return
  }
}

function headersOf(text: string): RequestHeaders {
  const fields = text
    .split(/\r?\n/)
    .slice(1)
    .map(line => /^([A-Za-z-]{1,64})\s{0,8}:\s{0,8}(.*)$/.exec(line))
    .filter(field => field !== null)
  return name => fields.filter(field => field[1]?.toLowerCase() === name).map(field => field[2] ?? '')
}

/** What spamc calls a user is no proof of who has sent the message. */
const withoutUser =
  (headers: RequestHeaders): RequestHeaders =>
  name =>
    name === 'user' ? [] : headers(name)

async function rspamc(door: Door, _verb: string, command: Command): Promise<string> {
  const { decision, thresholds } = await judge(door, readHeaders(command.headers), command.body)
  const { score, verdict, findings, reply } = decision
  const isSpam = verdict === 'accept' ? 'False' : 'True'
  const lines = [
    'RSPAMD/1.3 0 EX_OK',
    `Metric: default; ${isSpam}; ${score.toFixed(2)} / ${thresholds.reject.toFixed(2)} / 0.0`,
    `Action: ${actions[verdict]}`,
    ...Object.values(symbolsOf(findings)).map(({ name, score }) => `Symbol: ${name}(${score.toFixed(2)})`),
    ...(reply.code >= 400 ? [`Message: ${reply.status} ${reply.text}`] : []),
  ]
  return `${lines.join(CRLF)}${CRLF}`
}

async function spamc(door: Door, verb: string, command: Command): Promise<string> {
  if (verb === 'TELL') return await tell(door, command)
  const judged = await judge(door, readHeaders(withoutUser(command.headers)), command.body)
  const { score, verdict } = judged.decision
  const isSpam = verdict === 'accept' ? 'False' : 'True'
  const result = `Spam: ${isSpam} ; ${score.toFixed(1)} / ${judged.thresholds.quarantine.toFixed(1)}`
  const body = bodyOf(verb, judged, command.body)
  return [`SPAMD/1.1 0 EX_OK`, `Content-length: ${Buffer.byteLength(body, 'latin1')}`, result, '', body].join(CRLF)
}

function bodyOf(verb: string, { decision, outcome, thresholds }: Judged, sent: Buffer): string {
  const symbols = Object.values(symbolsOf(decision.findings))
  const report = () =>
    symbols
      .map(({ score, name, options }) => `${score.toFixed(1).padStart(5)} ${name.padEnd(24)} ${options[0] ?? ''}`)
      .join(CRLF)
  const fields = () => (outcome?.trace ?? []).map(([name, value]) => `${name}: ${value}${CRLF}`).join('')
  switch (verb) {
    case 'SYMBOLS':
      return symbols.map(({ name }) => name).join(',')
    case 'REPORT':
      return `${decision.score.toFixed(1)}/${thresholds.quarantine.toFixed(1)}${CRLF}${report()}${CRLF}`
    case 'REPORT_IFSPAM':
      return decision.verdict === 'accept' ? '' : `${report()}${CRLF}`
    case 'PROCESS':
      return fields() + sent.toString('latin1')
    case 'HEADERS': {
      const end = /\r?\n\r?\n/.exec(sent.toString('latin1', 0, 131_072))
      return fields() + (end ? sent.toString('latin1', 0, end.index + end[0].length) : '')
    }
    default:
      return ''
  }
}

/** spamc -L: what a message was. */
async function tell(door: Door, { headers, body, address }: Command): Promise<string> {
  const label = headers('message-class')[0]
  const sets = headers('set').join().includes('local')
  if ((label !== 'spam' && label !== 'ham') || !sets) return `SPAMD/1.1 69 EX_UNAVAILABLE${CRLF}${CRLF}`
  await answer(door, `learn${label}`, { headers, body, address })
  return `SPAMD/1.1 0 EX_OK${CRLF}DidSet: local${CRLF}Content-length: 2${CRLF}${CRLF}${CRLF}`
}
