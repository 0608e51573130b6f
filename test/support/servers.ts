/** The SMTP servers of postern, driven alike: smtp-server behind `guard`, the same behind `protect`, and our own. */
import type { Socket } from 'node:net'
import type { Gateway } from '../../src/engine/gateway.ts'
import type { PosternOptions } from '../../src/engine/options.ts'
import type { Outcome } from '../../src/model/decision.ts'
import type { Filter } from '../../src/model/filter.ts'
import { selfSigned } from '../../src/relay/tls/self-signed.ts'
import type { WireLimits } from '../../src/smtp/limits.ts'
import type { SessionLimits } from '../../src/smtp/session-slots.ts'
import type { LoggedSession } from './event-log.ts'
import { frontServer } from './front-server.ts'
import { guardedServer } from './guarded-server.ts'
import type { RawClient } from './raw-client.ts'

/** What stands behind the port. */
export type Kind = 'guard' | 'protect' | 'own server'

/** Each server once; `protect` adds to `guard` what happens before the greeting. */
export const servers = ['guard', 'own server'] as const satisfies readonly Kind[]
export const everyWay = ['guard', 'protect', 'own server'] as const satisfies readonly Kind[]

/** Each row of a table at each server, as `test.for` takes them. */
export const at = <Row extends readonly unknown[], Of extends Kind>(
  kinds: readonly Of[],
  rows: readonly Row[],
): (readonly [...Row, Of])[] => rows.flatMap(row => kinds.map(kind => [...row, kind] as const))

export interface Setting {
  readonly filters?: readonly Filter[]
  readonly gateway?: Omit<PosternOptions, 'filters'>
  readonly wire?: WireLimits
  /** @default a thousand sessions from each address */
  readonly limits?: { readonly sessions: SessionLimits }
  /** TLS begins with the first byte. @default after STARTTLS */
  readonly implicitTls?: boolean
  /** The greeting comes at once where the server can do that. @default true */
  readonly isPrompt?: boolean
  /** Networks whose PROXY header is believed. */
  readonly header?: string[]
  /** Networks whose XCLIENT is believed. */
  readonly xclient?: string[]
}

export interface Delivered {
  readonly message: string
  readonly forwardPaths: readonly string[]
  readonly outcome: Outcome | undefined
}

/** A server that listens on the loopback. */
export interface Served extends AsyncDisposable {
  readonly port: number
  readonly gateway: Gateway
  /** What was delivered so far. */
  readonly delivered: readonly Delivered[]
  /** One for each session that has ended. */
  readonly entries: readonly LoggedSession[]
  readonly client: (options?: { readonly read?: boolean }) => RawClient
  /** A client that was greeted and has sent EHLO. */
  readonly greeted: () => Promise<RawClient>
  readonly connections: () => number
  /** The server's ends of its connections. */
  readonly sockets: () => readonly Socket[]
}

const tls = selfSigned('mx.example.org')

export async function served(kind: Kind, setting: Setting = {}): Promise<Served> {
  return kind === 'own server' ? await ownServer(setting) : await behind(kind, setting)
}

async function ownServer({
  filters,
  gateway,
  wire,
  limits,
  implicitTls,
  isPrompt = true,
  ...proxies
}: Setting): Promise<Served> {
  const host = await frontServer({
    ...(filters && { filters }),
    ...(gateway && { gateway }),
    options: {
      tls,
      proxies,
      greetDelay: isPrompt ? 0 : 100,
      ...(wire && { wire }),
      ...(limits && { limits }),
      ...(implicitTls !== undefined && { implicitTls }),
    },
  })
  const sockets = new Set<Socket>()
  host.server.on('connection', socket => sockets.add(socket.on('close', () => sockets.delete(socket))))
  return { ...host, sockets: () => [...sockets] }
}

async function behind(by: 'guard' | 'protect', { filters, gateway, wire, limits, ...more }: Setting): Promise<Served> {
  const host = await guardedServer({
    by,
    ...(filters && { filters }),
    ...(gateway && { gateway }),
    options: {
      ...(wire && { wire }),
      ...(limits && { limits }),
      ...(more.implicitTls && { secure: true }),
      ...(more.header && { useProxy: more.header }),
      ...(more.xclient && { useXClient: more.xclient }),
    },
  })
  const { server } = host
  return {
    ...host,
    get delivered() {
      return host.delivered.map(({ postern, ...one }) => ({ ...one, outcome: postern.outcome }))
    },
    connections: () => server.connections.size + server._pendingSockets.size,
    sockets: () => Array.from(server.connections, ({ _socket }) => _socket),
  }
}
