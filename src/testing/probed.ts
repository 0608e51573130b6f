/** What a test says of the session that a filter is asked about. */
import type { Fact } from '../model/fact.ts'
import type { Resolver } from '../model/resolver.ts'
import type { CallExternal, Clock, Notify } from '../model/services.ts'
import type { ClientKind, Tls } from '../model/stage.ts'
import type { Store } from '../model/store.ts'

/** The session and the services that `probe` and `ask` run against. Every member has a harmless default. */
export interface Probed {
  /** The address of the client; undefined when the host does not know it. @default '192.0.2.1' */
  readonly ip?: string | undefined
  /** The reference of the session. @default a random one */
  readonly ref?: string
  /** How the client is known before it says anything. @default 'unknown' */
  readonly client?: ClientKind
  /** Whether the client has sent data before the greeting. @default false */
  readonly spokeEarly?: boolean
  /** The host name of HELO; undefined when the host does not know it. @default 'client.example' */
  readonly helo?: string | undefined
  /** The TLS session. @default none */
  readonly tls?: Tls
  /** The address of MAIL FROM, '' for the null reverse-path. @default '' */
  readonly reversePath?: string
  /** The authenticated user. @default none */
  readonly user?: string
  /** Whether MAIL has SMTPUTF8. @default false */
  readonly utf8?: boolean
  /** One recipient. @default none */
  readonly forwardPath?: string
  /** Several recipients; the filter sees each at `rcpt`. @default those of `forwardPath` */
  readonly forwardPaths?: readonly string[]
  /** Field names and values, or the section as it is sent, unchanged. */
  readonly header?: Readonly<Record<string, string>> | string
  /** The bytes after the header section. @default '' */
  readonly body?: string | Buffer
  /** The whole message, instead of `header` and `body`. In a string, line ends may be LF. */
  readonly message?: string | Buffer
  /** What DNS answers. @default an empty zone */
  readonly dns?: Resolver
  /** @default the clock of the system */
  readonly clock?: Clock
  /** How filters call other services. @default directly */
  readonly callExternal?: CallExternal
  /** The store of the filter. @default an empty store in memory */
  readonly store?: Store
  /** Receives notices. @default warnings of the process */
  readonly notify?: Notify
  /** The points of filters that have run before. @default 0 */
  readonly score?: number
  /** Facts with known values: they are not looked up. @default none */
  readonly facts?: readonly (readonly [fact: Fact<never, unknown>, value: unknown])[]
}
