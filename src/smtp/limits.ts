/** What clients may take: how many sessions; and each of the wire, how many commands, how much time, how many bytes. */
import { duration, size, whole } from '../model/checks.ts'
import { object } from '../model/options.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from '../model/units.ts'
import type { SessionLimits } from './session-slots.ts'

/** What clients may take, beside their share of the wire. */
export interface ServerLimits {
  /** How many sessions may be open at once. Counted at the socket where `protect` stands. @default as each says */
  readonly sessions?: SessionLimits
}

/** What one client may take of the connection: commands, time and bytes. */
export interface WireLimits {
  /**
   * Commands that lead nowhere (NOOP, RSET, VRFY, HELP, EHLO again) before 421; a delivered message starts anew.
   * @default 100
   */
  readonly junk?: number
  /** Replies of 5xx before 421. @default 10 */
  readonly errors?: number
  /** Recipients of a transaction before 452 4.5.3. @default 100 */
  readonly recipients?: number
  /** Bytes of a command line; lines of AUTH may have 12288 (RFC 4954 §4). @default 2048 */
  readonly line?: Size
  /**
   * How long a client may take to its next useful command (RFC 5321 §4.5.3.2.7); a handshake a minute.
   * @default '300s'
   */
  readonly command?: Duration
  /** How long a transaction may take from MAIL to the end of its data. @default '15m' */
  readonly transaction?: Duration
  /** Bytes a second that DATA must bring: what comes earns time, at most three times `grace`. @default 500 */
  readonly rate?: Size
  /** The time that DATA begins with. @default '10s' */
  readonly grace?: Duration
  /** Bytes of replies that may wait for a client that does not read. @default '64kb' */
  readonly unread?: Size
  /** Bytes of a refused message that are still read, so that its sender receives the reply. @default '1mb' */
  readonly drain?: Size
}

/** @internal */
export const wireCheck = object<WireLimits>(
  {
    junk: whole(),
    errors: whole(),
    recipients: whole({ min: 1 }),
    line: size({ min: 1 }),
    command: duration({ min: '10ms' }),
    transaction: duration({ min: '10ms' }),
    rate: size(),
    grace: duration(),
    unread: size({ min: 1 }),
    drain: size(),
  },
  'limits of the wire',
)

/** @internal */
export const serverCheck = object<ServerLimits>(
  {
    sessions: object<SessionLimits>(
      {
        perAddress: whole({ min: 1 }),
        perNetwork: whole({ min: 1 }),
        perSite: whole({ min: 1 }),
        all: whole({ min: 1 }),
      },
      'limits of sessions',
    ),
  },
  'limits',
)

/** Limits as numbers: milliseconds and bytes. */
export type Limits = { readonly [K in keyof Required<WireLimits>]: number }

/** The limits that are checked, as numbers. */
export const toLimits = ({
  junk = 100,
  errors = 10,
  recipients = 100,
  line = 2048,
  command = '300s',
  transaction = '15m',
  rate = 500,
  grace = '10s',
  unread = '64kb',
  drain = '1mb',
}: WireLimits = {}): Limits => ({
  junk,
  errors,
  recipients,
  line: toBytes(line),
  command: toMilliseconds(command),
  transaction: toMilliseconds(transaction),
  rate: toBytes(rate),
  grace: toMilliseconds(grace),
  unread: toBytes(unread),
  drain: toBytes(drain),
})

const HANDSHAKE = 60_000

/** How long a TLS handshake or a PROXY header may take: no person has to think in the middle of it. */
export const handshakeTime = ({ command }: Limits): number => Math.min(command, HANDSHAKE)

/**
 * What DATA brings earns at most so many times the time that it begins with: an honest client may pause for so long.
 */
export const CREDIT = 3
