/** How a database of PostgreSQL is reached: the options that history and quarantine share. */
import { readFileSync } from 'node:fs'
import { duration, text, whole } from '../model/checks.ts'
import {
  type Check,
  check,
  either,
  hidden,
  isRecord,
  object,
  type RequiredCheck,
  required,
  type Shape,
} from '../model/options.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'

/** A database of PostgreSQL 13 or later. Needs the package `postgres`. */
export interface PostgresOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`; `?host=/run/postgresql` in it names a socket. Never shown. */
  readonly url: string
  /** The schema with all tables; it is made where there is none. @default 'postern' */
  readonly schema?: string
  /** Connections at the same time. @default 4 */
  readonly connections?: number
  /** How long a connection or a statement may take. @default '10s' */
  readonly timeout?: Duration
  /**
   * `true`: TLS, with a certificate that is valid by the authorities that Node trusts. `{ ca }`: by the authorities in
   * that file. `false`: no TLS. @default false on the loopback and by a socket, else true
   */
  readonly tls?: boolean | { readonly ca: string }
}

const URL_EXPECTED =
  'a URL such as postgres://postern@db.example.org/postern, without sslmode; give tls: true, { ca } or false'

const tls: Check<NonNullable<PostgresOptions['tls']>> = either("true, false or { ca: 'FILE' }", found => {
  if (typeof found === 'boolean') return check<boolean>('true or false', () => true) as Check<boolean>
  return isRecord(found) ? object<{ readonly ca: string }>({ ca: required(text('the path of a PEM file')) }) : undefined
})

/** One check for each of {@link PostgresOptions}. */
export const postgresShape: Shape<PostgresOptions> & { readonly url: RequiredCheck<string> } = {
  url: required(hidden(URL_EXPECTED, isDatabaseUrl)),
  schema: check('a name of lower case letters, digits and _', value => /^[a-z_][a-z0-9_]{0,62}$/.test(String(value))),
  connections: whole({ min: 2, max: 100 }),
  timeout: duration({ min: '100ms', max: '10m' }),
  tls,
}

function isDatabaseUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !/^postgres(?:ql)?:\/\//i.test(value) || !URL.canParse(value)) return false
  const { searchParams } = new URL(value)
  // What its words mean differs between programs: `require` accepts any certificate.
  return !['sslmode', 'ssl', 'password'].some(name => searchParams.has(name))
}

/** What a client is opened with: all values, in a form that threads can be sent. */
export interface PostgresPlace {
  readonly url: string
  readonly schema: string
  readonly connections: number
  /** Milliseconds. */
  readonly timeout: number
  /** The text of certificates; true for those of Node. */
  readonly tls: boolean | { readonly ca: string }
}

/** @throws Error when the file of `tls.ca` cannot be read */
export function placeOf({
  url,
  schema = 'postern',
  connections = 4,
  timeout = '10s',
  tls,
}: PostgresOptions): PostgresPlace {
  const secured = tls ?? !isLocal(url)
  return {
    ...{ url, schema, connections, timeout: toMilliseconds(timeout) },
    tls: typeof secured === 'boolean' ? secured : { ca: readFileSync(secured.ca, 'utf8') },
  }
}

/** The host as an operator knows it, without user and password. */
export const describePlace = ({ url, schema }: Pick<PostgresPlace, 'url' | 'schema'>): string => {
  const { host, pathname, searchParams } = new URL(url)
  return `PostgreSQL ${host || searchParams.get('host') || 'localhost'}${pathname} (${schema})`
}

function isLocal(url: string): boolean {
  const { hostname, searchParams } = new URL(url)
  const host = searchParams.get('host') ?? hostname
  return host === '' || host.startsWith('/') || host === 'localhost' || host === '[::1]' || host.startsWith('127.')
}
