/** Stalwart's MTA hooks: JSON over HTTP, one call for each stage of the dialogue. */
import { PosternError } from '../../core/errors.ts'
import { type Duration, type Size, toMilliseconds, toOctets } from '../../core/units.ts'
import type { Gateway } from '../../postern.ts'
import { bodyOf, failed, isSame, json, WebError } from '../web/request.ts'
import type { FetchHandler } from '../web/serve.ts'
import { answerOf } from './answer.ts'
import { readCall } from './call.ts'
import { visits } from './visits.ts'

export interface HooksOptions {
  /** The whole Authorization header that calls must have: `Basic dXNlcjpwYXNz`, `Bearer secret`. @default none is asked for */
  readonly authorization?: string
  /** The largest call, the message in it included. @default '50mb' */
  readonly size?: Size
  /** Sessions that are remembered between calls; beyond, the one that was not heard of for longest is forgotten. @default 10_000 */
  readonly sessions?: number
  /** How long a session is remembered after its last call. Nobody tells when a client leaves. @default '6m' */
  readonly idle?: Duration
}

/**
 * A handler for Stalwart's MTA hooks. It can be called at any of the stages: what a session has not heard yet is in every
 * call. Octets of a message that are no UTF-8 do not survive JSON, so signatures over them fail here.
 *
 * What Stalwart does while postern cannot be reached is Stalwart's to say: `tempFailOnError`.
 *
 * @throws PosternError when a duration or a size cannot be read
 * @example
 * serve(hooks(gateway, { authorization: 'Bearer secret' })).listen(8893, '127.0.0.1')
 */
export function hooks(
  gateway: Gateway | (() => Gateway),
  { authorization, size = '50mb', sessions = 10_000, idle = '6m' }: HooksOptions = {},
): FetchHandler {
  const current = typeof gateway === 'function' ? gateway : () => gateway
  const limit = toOctets(size, 'hooks.size')
  const open = visits(current, { sessions, idle: toMilliseconds(idle, 'hooks.idle') })
  return async request => {
    try {
      if (request.method !== 'POST') throw new WebError(405, 'calls are made by POST')
      if (authorization !== undefined && !isSame(request.headers.get('authorization') ?? '', authorization))
        throw new WebError(401, 'the Authorization header is wrong or missing')
      const call = readCall(await bodyOf(request, limit))
      return json(answerOf(await open.judge(call)))
    } catch (error) {
      const known = error instanceof PosternError ? new WebError(400, error.message) : error
      return failed(known, reason => current().world.notify({ what: 'hooks/failed', reason, level: 'warning' }))
    }
  }
}
