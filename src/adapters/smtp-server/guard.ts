/** Postern as options for a new SMTPServer. */

import type { Gateway } from '../../engine/gateway.ts'
import { callback } from '../../model/checks.ts'
import { PosternError, type Problem } from '../../model/errors.ts'
import { check, isRecord, object, required, type Shape, wrongIn } from '../../model/options.ts'
import { type ServerLimits, serverCheck, toLimits, type WireLimits, wireCheck } from '../../smtp/limits.ts'
import { limitsUnderLoad } from '../../smtp/load-limits.ts'
import { wrongGateway } from '../shared/gateway.ts'
import { type Connections, trackConnections } from './connections.ts'
import { handlers } from './dialogue.ts'
import type { HostOptions, SMTPServerOptions } from './types.ts'
import { checkVersion } from './version-check.ts'

/** smtp-server's own options and handlers, and how much one client may take. */
export type GuardOptions = HostOptions & {
  /** How many commands, how much time and how many bytes a client may take. @default as each limit says */
  readonly wire?: WireLimits
  /** How many sessions may be open at once. @default as each limit says */
  readonly limits?: ServerLimits
}

/** smtp-server's own time for a socket, in place of its minute: longer than any of our limits for a client that idles. */
export const SOCKET_TIMEOUT = 600_000

/** The visits of the servers that {@link guard} made the handlers of, for {@link protect}. */
export const guarded = new WeakMap<object, Connections>()

/**
 * Options for a new `SMTPServer`: every step of the dialogue is judged by the gateway, then your own handlers run.
 * They find the decision in `session.postern`; `onData` gets the message with its trace fields on top. Where you say
 * nothing else, AUTH is not offered, no reverse look-up is made (the `rdns` fact does that), and SIZE is 25 MB.
 *
 * A client that stalls in a TLS handshake or a PROXY header is timed from the first other client on; put
 * {@link protect} around the server to have it timed from the beginning.
 *
 * @throws PosternError when anybody at all would be believed as a proxy, or this smtp-server is of another kind
 * @example
 * new SMTPServer(guard(gateway, { onData: (content, session, done) => deliver(content, done) })).listen(25)
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
    ...(own as SMTPServerOptions),
    disabledCommands: ['WIZ', 'SHELL', 'KILL', ...(own.disabledCommands ?? offered)],
  }
  const visits = trackConnections(current, limits, server)
  const wired = handlers({ gateway: current, limits, connections: visits, internal: own, options })
  guarded.set(wired.onConnect, visits)
  return Object.assign(options, wired)
}

const HANDLERS = ['onAuth', 'onConnect', 'onSecure', 'onMailFrom', 'onRcptTo', 'onData', 'onClose'] as const

/** smtp-server's own options are its affair, but for handlers, which would never be called where they are misspelt. */
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

/** @throws PosternError unless those who may speak for another client are named */
export function refuseProxies(options: Pick<SMTPServerOptions, 'useProxy' | 'useXClient' | 'useXForward'>): void {
  const problems = (['useProxy', 'useXClient', 'useXForward'] as const).flatMap((path): Problem[] => {
    const found = options[path]
    if (!found || (Array.isArray(found) && !found.includes('*'))) return []
    return [{ path, found, expected: 'a list of addresses', remedy: `name the proxies: ${path}: ['192.0.2.1']` }]
  })
  if (problems.length > 0) throw new PosternError(problems)
}
