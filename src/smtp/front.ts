/** What all connections of one server share, checked once. */

import { hostname } from 'node:os'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import type { Gateway } from '../engine/gateway.ts'
import { callback, duration, flag, size as sizeCheck } from '../model/checks.ts'
import { errorText } from '../model/errors.ts'
import { check, checked, either, isRecord, relation, required, schemaOf } from '../model/options.ts'
import { RunningTime } from '../model/running-time.ts'
import type { Clock, Notify } from '../model/services.ts'
import { toBytes, toMilliseconds } from '../model/units.ts'
import { isAddressLiteral } from '../net/names.ts'
import { hostNameCheck } from '../trace/authentication-results.ts'
import { type Limits, serverCheck, toLimits, wireCheck } from './limits.ts'
import { limitsUnderLoad } from './load-limits.ts'
import { membership, proxiesCheck } from './proxies.ts'
import { SessionSlots } from './session-slots.ts'
import type { SmtpServerOptions } from './types.ts'

export interface Front {
  readonly gateway: () => Gateway
  readonly deliver: SmtpServerOptions['deliver']
  readonly recipient: SmtpServerOptions['recipient']
  readonly name: string
  readonly lmtp: boolean
  readonly dsn: boolean
  /** Bytes. */
  readonly size: number
  /** The secure context of a handshake, if the certificate is right now. Undefined: TLS is not offered. */
  readonly tls: (() => SecureContext | undefined) | undefined
  readonly implicitTls: boolean
  /** Milliseconds. */
  readonly greetDelay: number
  /** Milliseconds that transactions may go on after `close`. */
  readonly closeTimeout: number
  readonly limits: Limits
  readonly slots: SessionSlots
  readonly clock: Clock
  /** What clients are judged by. */
  readonly time: RunningTime
  /** One timer looks at all clients after so many milliseconds. */
  readonly sweepMs: number
  /** Whether this address begins with a PROXY header. */
  readonly sendsHeader: (ip: string) => boolean
  /** Whether this address may send XCLIENT. */
  readonly maySendXclient: (ip: string) => boolean
}

const isGateway = (value: unknown): boolean => typeof value === 'function' || (isRecord(value) && 'open' in value)

/** A key and a certificate that belong together; what a function gives is only known when it is asked. */
function isTls(value: unknown): boolean {
  if (typeof value === 'function') return true
  if (!isRecord(value)) return false
  try {
    createSecureContext(value as SecureContextOptions)
    return true
  } catch {
    return false
  }
}

const literal = check<string>('an address literal such as [192.0.2.1] or [IPv6:2001:db8::1]', value =>
  isAddressLiteral(String(value)),
)

const schema = schemaOf<SmtpServerOptions>(
  'smtpServer',
  {
    gateway: required(
      check('a gateway, or a function that returns one; write gateway: postern({ filters })', isGateway),
    ),
    deliver: required(callback('a function that delivers; write deliver: async message => …')),
    recipient: callback('a function that refuses recipients; write recipient: forwardPath => undefined'),
    name: either('the name of a host, or an address literal such as [192.0.2.1]', found =>
      typeof found === 'string' && found.startsWith('[') ? literal : hostNameCheck(),
    ),
    tls: check('a key and its certificate in PEM, or a function that returns them; write tls: { key, cert }', isTls),
    implicitTls: flag(),
    lmtp: flag(),
    dsn: flag(),
    size: sizeCheck({ min: 1 }),
    greetDelay: duration({ max: '60s' }),
    closeTimeout: duration({ max: '10m' }),
    wire: wireCheck,
    limits: serverCheck,
    proxies: proxiesCheck,
  },
  relation(
    ['implicitTls', 'tls'],
    ({ implicitTls, tls }) =>
      implicitTls && tls === undefined && { found: true, expected: 'tls beside it', remedy: 'set tls: { key, cert }' },
  ),
)

const SWEEP_MS = 1_000

/** @throws PosternError with all that is wrong */
export function compileFront(options: SmtpServerOptions): Front {
  const { gateway, deliver, name = hostname(), implicitTls = false, ...rest } = checked(schema, options)
  const {
    lmtp = false,
    dsn = false,
    size = '25mb',
    greetDelay = 100,
    closeTimeout = '30s',
    wire,
    limits,
    proxies = {},
    tls,
  } = rest
  const current = typeof gateway === 'function' ? gateway : () => gateway
  const { clock } = current().services
  const wireLimits = limitsUnderLoad(toLimits(wire), () => current().services.load)
  const { command, transaction, grace } = wireLimits
  const sweepMs = Math.max(20, Math.min(SWEEP_MS, command / 4, transaction / 4, grace / 4))
  return {
    gateway: current,
    deliver,
    recipient: rest.recipient,
    name,
    lmtp,
    dsn,
    size: toBytes(size),
    tls: tls && secureContexts(tls, notice => current().services.notify(notice)),
    implicitTls,
    greetDelay: toMilliseconds(greetDelay),
    closeTimeout: toMilliseconds(closeTimeout),
    limits: wireLimits,
    slots: new SessionSlots(limits?.sessions, {
      now: () => current().services.clock.monotonic(),
      notify: notice => current().services.notify(notice),
      load: () => current().services.load,
      isKnown: ip => current().isKnown(ip),
    }),
    clock,
    time: new RunningTime(clock, sweepMs),
    sweepMs,
    sendsHeader: among(proxies.header, 'smtpServer.proxies.header'),
    maySendXclient: among(proxies.xclient, 'smtpServer.proxies.xclient'),
  }
}

const among = (networks: readonly string[] = [], path: string): ((ip: string) => boolean) =>
  networks.length === 0 ? () => false : membership(networks, path)

/** A context is made again when a renewed certificate is given. */
function secureContexts(tls: NonNullable<SmtpServerOptions['tls']>, notify: Notify): () => SecureContext | undefined {
  let made: { readonly from: object; readonly context: SecureContext } | undefined
  return () => {
    try {
      const from = typeof tls === 'function' ? tls() : tls
      if (made?.from !== from) made = { from, context: createSecureContext(from) }
      return made.context
    } catch (error) {
      const reason = `TLS is not available: ${errorText(error)}`
      notify({ code: 'smtp/tls', reason, level: 'warning' })
      return undefined
    }
  }
}
