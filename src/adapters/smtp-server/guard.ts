/** Postern as options for a new SMTPServer. */

import type { Gateway } from '../../engine/gateway.ts'
import { callback } from '../../model/checks.ts'
import { PosternError, type Problem } from '../../model/errors.ts'
import { check, isRecord, object, required, type Shape, wrongIn } from '../../model/options.ts'
import { type ServerLimits, serverCheck, toLimits, type WireLimits, wireCheck } from '../../smtp/limits.ts'
import { limitsUnderLoad } from '../../smtp/load-limits.ts'
import { wrongGateway } from '../shared/gateway.ts'
import { Connections } from './connections.ts'
import { handlers } from './dialogue.ts'
import type { HostOptions, SMTPServerOptions } from './types.ts'
import { checkVersion } from './version-check.ts'

/** smtp-server's own options and handlers, and how much each client may use. */
export type GuardOptions = HostOptions & {
  /**
   * How many commands, how much time and how many bytes a client may use. Enforced with smtp-server 3.21.6 and later; a
   * notice `smtp-server/handlers-only` says so for other versions. @default see each limit
   */
  readonly wire?: WireLimits
  /** How many sessions may be open at once. @default see each limit */
  readonly limits?: ServerLimits
}

/**
 * smtp-server's own idle timeout for a socket, instead of its minute: longer than our limit for a client that idles.
 */
export const SOCKET_TIMEOUT = 600_000

/** The connections behind handlers that {@link guard} has made, for {@link protect}. */
export const guarded = new WeakMap<object, Connections>()

/**
 * Returns options for a new `SMTPServer`: the gateway judges every step of the dialogue, then your own handlers run.
 * They find the decision in `session.postern`; `onData` gets the message with its trace fields on top. By default AUTH
 * is not offered, there is no reverse look-up (the `rdns` fact does that), and SIZE is 25 MB.
 *
 * A client that stalls in a TLS handshake or a PROXY header is timed only after the first other client has connected;
 * {@link protect} around the server times it from the beginning. From then on, too, a client that a list denies by its
 * address is refused at the socket, before smtp-server sees it: no handler is called for it.
 *
 * @throws PosternError when an option is wrong, when every address would be trusted as a proxy, or when the installed
 * smtp-server is not supported
 * @example
 * new SMTPServer(guard(gateway, { onData: (content, session, done) => save(content, done) })).listen(25)
 */
export function guard(gateway: Gateway | (() => Gateway), given: GuardOptions): SMTPServerOptions {
  const problems = [...wrongGateway(gateway, 'guard'), ...wrongOptions(given)]
  if (problems.length > 0) throw new PosternError(problems)
  const { wire, limits: server, ...own } = given
  const { onAuth } = own as SMTPServerOptions
  checkVersion()
  refuseProxies(own)
  const current = typeof gateway === 'function' ? gateway : () => gateway
  const limits = limitsUnderLoad(toLimits(wire), () => current().services.load)
  const offered = onAuth === undefined ? ['AUTH'] : []
  const options: SMTPServerOptions = {
    disableReverseLookup: true,
    socketTimeout: SOCKET_TIMEOUT,
    hideENHANCEDSTATUSCODES: false,
    size: 25 * 1024 ** 2,
    maxRecipients: limits.recipients,
    // smtp-server refuses a..b@example.org; the handlers check paths as postern/smtp does.
    lenientAddressParsing: true,
    ...(own as SMTPServerOptions),
    disabledCommands: ['WIZ', 'SHELL', 'KILL', ...(own.disabledCommands ?? offered)],
  }
  const connections = new Connections(current, limits, server)
  const wired = handlers({ gateway: current, limits, connections, host: own, options })
  guarded.set(wired.onConnect, connections)
  return Object.assign(options, wired)
}

const HANDLERS = ['onAuth', 'onConnect', 'onSecure', 'onMailFrom', 'onRcptTo', 'onData', 'onClose'] as const

/** smtp-server checks its own options, but not the names of handlers: a misspelt one would never be called. */
function wrongOptions(given: GuardOptions): readonly Problem[] {
  if (!isRecord(given))
    return wrongIn(check('an object with onData and options of smtp-server', isRecord), given, 'guard')
  const { wire, limits, onData, ...rest } = given
  const handlers = Object.entries(rest).filter(([key]) => key.startsWith('on'))
  return [
    ...wrongIn(object<HandlerChecks>(handlerChecks, 'handlers'), { onData, ...Object.fromEntries(handlers) }, 'guard'),
    ...(wire === undefined ? [] : wrongIn(wireCheck, wire, 'guard.wire')),
    ...(limits === undefined ? [] : wrongIn(serverCheck, limits, 'guard.limits')),
  ]
}

type HandlerChecks = Partial<Record<(typeof HANDLERS)[number], (...args: never[]) => unknown>>

const handlerChecks = Object.fromEntries(
  HANDLERS.map(key => [
    key,
    key === 'onData'
      ? required(callback('a function that delivers; write onData: (content, session, done) => …'))
      : callback(),
  ]),
) as unknown as Shape<HandlerChecks>

/** @throws PosternError unless the proxies are named that may give the address of another client */
export function refuseProxies(options: Pick<SMTPServerOptions, 'useProxy' | 'useXClient' | 'useXForward'>): void {
  const problems = (['useProxy', 'useXClient', 'useXForward'] as const).flatMap((path): Problem[] => {
    const found = options[path]
    if (!found || (Array.isArray(found) && !found.includes('*'))) return []
    return [{ path, found, expected: 'a list of addresses', remedy: `name the proxies: ${path}: ['192.0.2.1']` }]
  })
  if (problems.length > 0) throw new PosternError(problems)
}
