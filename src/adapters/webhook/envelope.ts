/** Who sends a message to whom, from the query or the headers of the request that brings it. */
import { isUnknown } from '../../net/unknown.ts'
import { WebError } from '../shared/web/request.ts'

/** What is told of a message's way here. What is absent is not known. */
export interface Envelope {
  readonly reversePath?: string
  readonly forwardPaths: readonly string[]
  /** The address of the client that the service heard the message from. */
  readonly ip?: string
  readonly helo?: string
}

/** Of RFC 5321's: a transaction of more would be refused anyway. */
const MAX_RECIPIENTS = 1000
const MAX_LENGTH = 2048

/**
 * `?from=…&to=…&to=…&ip=…&helo=…`, or the headers `X-Envelope-From`, `X-Envelope-To` (commas between addresses),
 * `X-Client-IP` and `X-Helo`. The query wins.
 */
export function envelopeOf({ url, headers }: Pick<Request, 'url' | 'headers'>): Envelope {
  const { searchParams: query } = new URL(url)
  const one = (name: string, header: string) => short(query.get(name) ?? headers.get(header) ?? undefined)
  const [from, ip, helo] = [one('from', 'x-envelope-from'), one('ip', 'x-client-ip'), one('helo', 'x-helo')]
  const several = query.getAll('to')
  const to = several.length > 0 ? several : (headers.get('x-envelope-to') ?? '').split(',')
  if (to.length > MAX_RECIPIENTS) throw new WebError(400, `more than ${MAX_RECIPIENTS} recipients`)
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
    throw new WebError(400, 'the envelope has an address that is too long')
  return text
}
