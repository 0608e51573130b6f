/** Stalwart's MTA hooks: JSON over HTTP, one call for each stage of the dialogue. */

import type { Gateway } from '../../engine/gateway.ts'
import { duration, isSecret, whole } from '../../model/checks.ts'
import { PosternError } from '../../model/errors.ts'
import { hidden, required, schemaOf } from '../../model/options.ts'
import { type Duration, type Size, toMilliseconds } from '../../model/units.ts'
import { failureNotices } from '../shared/failures.ts'
import { checkedGateway } from '../shared/gateway.ts'
import { bodyChecks, readBodyOptions } from '../shared/options.ts'
import { isSameSecret } from '../shared/secret.ts'
import { failed, HttpError, json } from '../shared/web/request.ts'
import type { FetchHandler } from '../shared/web/serve.ts'
import { answerOf } from './answer.ts'
import { callThread } from './call-thread.ts'
import { receiveCall } from './receive.ts'
import { HookSessions } from './sessions.ts'

/** What {@link hooks} asks of calls, and how much it keeps. */
export interface HooksOptions {
  /** The complete Authorization header that calls must have: `Basic dXNlcjpwYXNz`, `Bearer secret`. */
  readonly authorization: string
  /** The largest call, the message in it included. @default '50mb' */
  readonly size?: Size
  /** Bytes of all calls in memory together; a call beyond it waits unread. @default '100mb' */
  readonly budget?: Size
  /** Sessions that are kept between calls; beyond, the least recently used one ends. @default 10_000 */
  readonly sessions?: number
  /** How long a session is kept after its last call. No call reports that a client has left. @default '6m' */
  readonly idle?: Duration
}

const schema = schemaOf<HooksOptions>('hooks', {
  authorization: required(
    hidden(
      "a secret that requests must have; give authorization, such as 'Bearer …', and set the same in Stalwart's MtaHook",
      isSecret,
    ),
  ),
  ...bodyChecks,
  sessions: whole({ min: 1 }),
  idle: duration({ min: '1s' }),
})

/**
 * Returns a handler for Stalwart's MTA hooks. It works at any set of stages: each call repeats what the session has not
 * seen yet. JSON cannot carry bytes of a message that are not UTF-8, so signatures over such bytes fail here.
 *
 * Stalwart decides what happens while postern cannot be reached: `tempFailOnError`.
 *
 * @throws PosternError when the secret is missing, or a duration or a size cannot be read
 * @example
 * serve(hooks(gateway, { authorization: 'Bearer secret' })).listen(8893, '127.0.0.1')
 */
export function hooks(gateway: Gateway | (() => Gateway), options: HooksOptions): FetchHandler {
  // JavaScript callers may leave the options out: that is reported like any other mistake.
  const given = options ?? ({} as HooksOptions)
  const current = checkedGateway(schema, gateway, given)
  const { authorization, sessions = 10_000, idle = '6m' } = given
  const { limit, bytes } = readBodyOptions(given, { size: '50mb', budget: '100mb' })
  const calls = new HookSessions(current, { sessions, idle: toMilliseconds(idle) })
  const thread = callThread()
  const report = failureNotices('hooks/failed', current)
  return async request => {
    const share = bytes.open(request.signal)
    try {
      if (request.method !== 'POST') throw new HttpError(405, 'only POST is allowed')
      if (!isSameSecret(request.headers.get('authorization') ?? '', authorization))
        throw new HttpError(401, 'the Authorization header is wrong or missing')
      const call = await receiveCall(request, { limit, thread, share })
      return json(answerOf(await calls.judge(call)))
    } catch (error) {
      const known = error instanceof PosternError ? new HttpError(400, error.message) : error
      return failed(known, report)
    } finally {
      share.close()
    }
  }
}
