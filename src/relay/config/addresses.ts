/** Places as they are written in options: where to listen, where mail goes on to, where things are remembered. */
import { readFileSync } from 'node:fs'

export interface Place {
  readonly host: string
  readonly port: number
}

/** Where mail goes on to: SMTP, or LMTP (RFC 2033), which answers for each recipient. */
export interface Hop extends Place {
  readonly protocol: 'smtp' | 'lmtp'
  /** `required` also checks the certificate and its name. @default opportunistic, or off on the loopback */
  readonly tls: NextHopTls
  /** PEM of who vouches for the certificate. @default who vouches for everybody */
  readonly ca?: string
}

export type NextHopTls = 'off' | 'opportunistic' | 'required'

/** Where things are remembered. */
export type StorePlace =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'redis'; readonly url: string }

/** Says what is wrong with an option. */
export type Wrong = (path: string, found: unknown, expected: string) => undefined

/** `127.0.0.1:25`, `[::1]:25`, `mail.example.org:25`. */
export function readPlace(text: string, lowest = 1): Place | undefined {
  const [, six, plain, digits] = /^(?:\[([0-9a-f:.]{2,45})\]|([\w.-]{1,253})):(\d{1,5})$/i.exec(text) ?? []
  const [host, port] = [six ?? plain, Number(digits)]
  return host !== undefined && port >= lowest && port <= 65_535 ? { host, port } : undefined
}

export const placeText = ({ host, port }: Place): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

export function readHop(
  text: string,
  { tls, ca: file }: { readonly tls: string | undefined; readonly ca: string | undefined },
  wrong: Wrong,
): Hop | undefined {
  const [, scheme, rest = ''] = /^(?:(smtp|lmtp):\/\/)?(.*)$/s.exec(text) ?? []
  const place = readPlace(rest)
  if (!place) return wrong('--next-hop', text, 'HOST:PORT or lmtp://HOST:PORT')
  const how = HOP_TLS.find(word => word === tls)
  if (tls !== undefined && how === undefined) wrong('--next-hop-tls', tls, `one of ${HOP_TLS.join(', ')}`)
  const ca = file === undefined ? undefined : readPem('--next-hop-ca', file, wrong)
  return {
    ...place,
    protocol: scheme === 'lmtp' ? 'lmtp' : 'smtp',
    tls: how ?? (LOOPBACK.test(place.host) ? 'off' : 'opportunistic'),
    ...(ca !== undefined && { ca }),
  }
}

const HOP_TLS: readonly NextHopTls[] = ['off', 'opportunistic', 'required']
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i

/** `memory`, the path of a file, `redis://…` or `rediss://…`. */
export function readStore(text: string, wrong: Wrong): StorePlace | undefined {
  if (text === 'memory') return { kind: 'memory' }
  const scheme = /^([a-z]{2,10}):\/\//i.exec(text)?.[1]?.toLowerCase()
  const isRedis = (scheme === 'redis' || scheme === 'rediss') && URL.canParse(text)
  if (text === '' || (scheme !== undefined && !isRedis))
    return wrong('--store', scheme === undefined ? text : `${scheme}://…`, 'memory, a file, or redis://HOST:PORT')
  return isRedis ? { kind: 'redis', url: text } : { kind: 'sqlite', file: text }
}

export function readPem(path: string, file: string | undefined, wrong: Wrong): string | undefined {
  if (file === undefined) return wrong(path, file, 'a file in PEM, since its counterpart is given')
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return wrong(path, file, 'a file in PEM that can be read')
  }
}
