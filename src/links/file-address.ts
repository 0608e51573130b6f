/** Addresses of files: `file:` URLs and UNC paths (`\\server\share`), as Windows and Outlook read them. */
import { organisationalDomain } from '../dns/organisation.ts'
import { canonical } from '../net/address.ts'

/** The address of a file in its parts: see `Address`. */
interface FileAddress {
  readonly url: string
  readonly scheme: 'file'
  readonly host: string
  readonly domain?: string
  readonly ip?: string
  readonly anomalies: readonly never[]
}

/** Tells whether an address is a `file:` URL or a UNC path. */
export const isFileAddress = (target: string): boolean => /^(?:file:|\\\\)/i.test(target)

/**
 * Reads the address of a file. Two slashes, or four and more, stand before a server, three before a local path; both
 * kinds of slashes count. A server may be followed by `@SSL` or `@port`, which makes Windows ask over HTTP.
 */
export function readFileAddress(target: string): FileAddress {
  const text = target.replace(/[\t\r\n]+/g, '').replace(/^file:/i, '')
  const slashes = /^[/\\]*/.exec(text)?.[0] ?? ''
  const rest = text.slice(slashes.length).replaceAll('\\', '/')
  const end = rest.indexOf('/')
  const first = (end < 0 ? rest : rest.slice(0, end)).split('@', 1)[0] ?? ''
  const isRemote = slashes.length === 2 || slashes.length > 3
  const host = isRemote && !/^[a-z][:|]?$/i.test(first) ? hostName(first) : ''
  const path = host === '' ? rest : end < 0 ? '' : rest.slice(end + 1)
  const ip = canonical(host.replace(/^\[|\]$/g, ''))
  const domain = ip === undefined ? organisationalDomain(host) : undefined
  const url = `file://${host}/${path}`
  return { url, scheme: 'file', host, ...(domain && { domain }), ...(ip && { ip }), anomalies: [] }
}

/** The host as a browser writes it: an address in any notation, or a name; '' if it is neither. */
const hostName = (text: string): string => URL.parse(`http://${text.slice(0, 255)}/`)?.hostname.replace(/\.$/, '') ?? ''
