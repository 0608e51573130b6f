/** The envelope of a message, from the query or the headers of its request. */
import { isUnknown } from '../../net/unknown.ts'
import { HttpError } from '../shared/web/request.ts'

/** The envelope of a message, and its client. What is absent is unknown. */
export interface Envelope {
  /** The null reverse-path is ''. */
  readonly reversePath?: string
  /** The recipients, without angle brackets. */
  readonly forwardPaths: readonly string[]
  /** The address of the client that the service received the message from. */
  readonly ip?: string
  /** The host name that the client gave with HELO or EHLO. */
  readonly helo?: string
}

/** No transaction takes more. */
const MAX_RECIPIENTS = 1000
const MAX_LENGTH = 2048

/**
 * Reads `?from=…&to=…&to=…&ip=…&helo=…`, or the headers `X-Envelope-From`, `X-Envelope-To` (commas between addresses),
 * `X-Client-IP` and `X-Helo`. The query takes precedence.
 *
 * @throws an error with status 400 for an envelope that is too long
 */
export function envelopeOf({ url, headers }: Pick<Request, 'url' | 'headers'>): Envelope {
  const { searchParams: query } = new URL(url)
  const one = (name: string, header: string) => short(query.get(name) ?? headers.get(header) ?? undefined)
  const [from, ip, helo] = [one('from', 'x-envelope-from'), one('ip', 'x-client-ip'), one('helo', 'x-helo')]
  const several = query.getAll('to')
  const to = several.length > 0 ? several : (headers.get('x-envelope-to') ?? '').split(',')
  if (to.length > MAX_RECIPIENTS) throw new HttpError(400, `more than ${MAX_RECIPIENTS} recipients`)
  return {
    forwardPaths: to.map(path => bare(short(path) ?? '')).filter(path => path !== ''),
    ...(from !== undefined && { reversePath: bare(from) }),
    ...(ip && !isUnknown(ip) && { ip: ip.trim() }),
    ...(helo?.trim() && { helo: helo.trim() }),
  }
}

const bare = (path: string): string => path.trim().replace(/^<(.*)>$/, '$1')

function short(text: string | undefined): string | undefined {
  if (text !== undefined && text.length > MAX_LENGTH)
    throw new HttpError(400, 'the envelope has an address that is too long')
  return text
}
