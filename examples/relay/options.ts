/** The command line and the environment of the relay, read together; all that is wrong is told at once. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { PosternError, type Problem } from '../../src/index.ts'

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

export interface RelayOptions {
  /** Where the relay listens. @default 127.0.0.1:2525 */
  readonly listen: Place
  /** The domains that mail is taken for. @default all, as long as there is no next hop */
  readonly domains: readonly string[]
  /** Who gets the mail. @default nobody: it goes into `maildir` */
  readonly nextHop?: Hop
  /** The Maildir of what is delivered here, and of quarantine. @default ./mail */
  readonly maildir: string
  /** The socket of clamd, or its HOST:PORT. @default the usual socket, if clamd answers there */
  readonly clamd?: string
  /** Servers of DNS. @default the system's */
  readonly dns: readonly string[]
  /** Where `/metrics` is served over HTTP. @default nowhere */
  readonly metrics?: Place
  /** Carry decisions out. @default false: they are only told */
  readonly enforce: boolean
  /** PEM of certificate and key for STARTTLS. @default self-made at every start */
  readonly tls?: { readonly cert: string; readonly key: string }
}

const known = {
  listen: { type: 'string' },
  domain: { type: 'string', multiple: true },
  'next-hop': { type: 'string' },
  'next-hop-tls': { type: 'string' },
  'next-hop-ca': { type: 'string' },
  maildir: { type: 'string' },
  clamd: { type: 'string' },
  dns: { type: 'string', multiple: true },
  metrics: { type: 'string' },
  enforce: { type: 'boolean' },
  cert: { type: 'string' },
  key: { type: 'string' },
} as const

type Name = keyof typeof known

/**
 * Every option is also a variable: `--next-hop` is POSTERN_NEXT_HOP; lists are separated by commas there. The command
 * line wins.
 *
 * @throws PosternError with every problem
 */
export function readOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): RelayOptions {
  const problems: Problem[] = []
  const wrong = (path: string, found: unknown, expected: string): undefined => {
    problems.push({ path, found, expected, remedy: `give ${path} ${expected}` })
  }
  const given = gather(args, environment, problems)
  const last = (name: Name): string | undefined => given.get(name)?.at(-1)

  const listen = readPlace(last('listen') ?? '127.0.0.1:2525', 0)
  if (!listen) wrong('--listen', last('listen'), 'HOST:PORT')
  const hop = last('next-hop')
  const nextHop = hop === undefined ? undefined : readHop(hop, last('next-hop-tls'), last('next-hop-ca'), wrong)
  const watched = last('metrics')
  const metrics = watched === undefined ? undefined : readPlace(watched, 0)
  if (watched !== undefined && !metrics) wrong('--metrics', watched, 'HOST:PORT')
  const domains = given.get('domain') ?? []
  for (const domain of domains.filter(domain => !DOMAIN.test(domain))) wrong('--domain', domain, 'a domain name')
  if (hop !== undefined && domains.length === 0)
    wrong('--domain', undefined, 'at least one domain, or the relay would serve every spammer')
  const enforce = last('enforce') ?? 'false'
  if (!(enforce in TRUTH)) wrong('--enforce', enforce, 'no value, or in the environment 1 or 0')
  for (const name of ['maildir', 'clamd'] as const) if (last(name) === '') wrong(`--${name}`, '', 'a path')
  const tls = readTls(last('cert'), last('key'), wrong)
  if (problems.length > 0 || !listen) throw new PosternError(problems)

  const clamd = last('clamd')
  return {
    listen,
    domains,
    maildir: last('maildir') ?? 'mail',
    dns: given.get('dns') ?? [],
    enforce: TRUTH[enforce] === true,
    ...(metrics && { metrics }),
    ...(nextHop && { nextHop }),
    ...(clamd !== undefined && { clamd }),
    ...(tls && { tls }),
  }
}

const DOMAIN = /^\.?(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/i
const TRUTH: Readonly<Record<string, boolean>> = { '': true, 1: true, true: true, 0: false, false: false }

function gather(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  problems: Problem[],
): ReadonlyMap<Name, readonly string[]> {
  const given = new Map<Name, readonly string[]>()
  for (const name of Object.keys(known) as Name[]) {
    const value = environment[`POSTERN_${name.toUpperCase().replaceAll('-', '_')}`]
    if (value !== undefined && (value !== '' || name !== 'enforce'))
      given.set(name, 'multiple' in known[name] ? value.split(',').map(part => part.trim()) : [value])
  }
  const { tokens } = parseArgs({ args: [...args], options: known, strict: false, tokens: true })
  const said = new Map<Name, string[]>()
  for (const token of tokens) {
    if (token.kind === 'option' && Object.hasOwn(known, token.name)) {
      const name = token.name as Name
      if (known[name].type === 'string' && token.value === undefined)
        problems.push({ path: token.rawName, found: undefined, expected: 'a value', remedy: 'write one behind it' })
      else said.set(name, [...(said.get(name) ?? []), token.value ?? ''])
    } else {
      const found = token.kind === 'option' ? token.rawName : token.kind === 'positional' ? token.value : '--'
      const expected = `one of ${Object.keys(known)
        .map(name => `--${name}`)
        .join(' ')}`
      problems.push({ path: 'command line', found, expected, remedy: `remove ${found}, or spell it right` })
    }
  }
  for (const [name, values] of said) given.set(name, values)
  return given
}

/** `127.0.0.1:25`, `[::1]:25`, `mail.example.org:25`. */
export function readPlace(text: string, lowest = 1): Place | undefined {
  const [, six, plain, digits] = /^(?:\[([0-9a-f:.]{2,45})\]|([\w.-]{1,253})):(\d{1,5})$/i.exec(text) ?? []
  const [host, port] = [six ?? plain, Number(digits)]
  return host !== undefined && port >= lowest && port <= 65_535 ? { host, port } : undefined
}

type Wrong = (path: string, found: unknown, expected: string) => undefined

function readHop(text: string, tls: string | undefined, file: string | undefined, wrong: Wrong): Hop | undefined {
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

function readTls(cert: string | undefined, key: string | undefined, wrong: Wrong): RelayOptions['tls'] {
  if (cert === undefined && key === undefined) return undefined
  const [certificate, secret] = [readPem('--cert', cert, wrong), readPem('--key', key, wrong)]
  return certificate !== undefined && secret !== undefined ? { cert: certificate, key: secret } : undefined
}

function readPem(path: string, file: string | undefined, wrong: Wrong): string | undefined {
  if (file === undefined) return wrong(path, file, 'a file in PEM, since its counterpart is given')
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return wrong(path, file, 'a file in PEM that can be read')
  }
}
