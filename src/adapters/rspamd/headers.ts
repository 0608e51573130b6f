/** The header of a request to Rspamd: the envelope, and the settings for this message. */
import { isUnknown } from '../../net/unknown.ts'
import type { ScanRequest } from '../shared/scan.ts'
import { HttpError } from '../shared/web/request.ts'

/** Names in lower case; a repeated field has several values. */
export type RequestHeaders = (name: string) => readonly string[]

/** No transaction takes more. */
const MAX_RECIPIENTS = 1000
/** Headers that name files of this machine: those are never read for a client. */
const FORBIDDEN = ['file', 'path', 'shm', 'shm-offset', 'shm-length', 'dictionary'] as const

export interface RequestedScan
  extends Pick<ScanRequest, 'ip' | 'helo' | 'tls' | 'reversePath' | 'forwardPaths' | 'user'> {
  /** The mail server's name for the message. */
  readonly ref?: string
  readonly flags: ReadonlySet<string>
  readonly settings?: string
}

/** @throws HttpError naming what is not served */
export function readHeaders(headers: RequestHeaders): RequestedScan {
  const forbidden = FORBIDDEN.find(name => headers(name).length > 0)
  if (forbidden) throw new HttpError(403, `the header ${forbidden} is not served: send the message itself`)
  const one = (name: string): string | undefined => headers(name)[0]?.trim() || undefined
  const from = one('from')
  const ip = one('ip')
  const helo = one('helo')
  const user = one('user')
  const ref = one('queue-id')
  const settings = one('settings')
  const [version, cipher] = [one('tls-version'), one('tls-cipher')]
  const named = headers('rcpt').length > 0 ? headers('rcpt') : headers('deliver-to')
  const forwardPaths = named.flatMap(split).map(path)
  if (forwardPaths.length > MAX_RECIPIENTS) throw new HttpError(400, `more than ${MAX_RECIPIENTS} recipients`)
  return {
    forwardPaths,
    flags: new Set(headers('flags').flatMap(value => value.split(',').map(flag => flag.trim()))),
    ...(from !== undefined && { reversePath: path(from) }),
    ...(ip && !isUnknown(ip) && { ip: ip.replace(/^\[|\]$/g, '') }),
    ...(helo && { helo }),
    ...(user && { user }),
    ...(ref && { ref }),
    ...(settings && { settings }),
    ...((version || cipher) && { tls: { protocol: version ?? 'TLS', ...(cipher && { cipher }) } }),
  }
}

const path = (text: string): string => text.trim().replace(/^<(.*)>$/, '$1')

/** Several addresses in one value, with commas between them that no quotes hold. */
function split(value: string): readonly string[] {
  const found: string[] = []
  let text = ''
  let quoted = false
  for (const character of value) {
    if (character === '"') quoted = !quoted
    if (character === ',' && !quoted) {
      found.push(text)
      text = ''
    } else text += character
  }
  return [...found, text].filter(part => part.trim() !== '')
}
