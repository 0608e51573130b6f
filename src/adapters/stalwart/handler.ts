/** Stalwart's MTA hooks: JSON over HTTP, one call for each stage of the dialogue. */

import type { Gateway } from '../../engine/gateway.ts'
import { duration, isSecret, size as sizeCheck, whole } from '../../model/checks.ts'
import { PosternError } from '../../model/errors.ts'
import { hidden, required, schemaOf } from '../../model/options.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from '../../model/units.ts'
import { checkedGateway } from '../shared/gateway.ts'
import { byteBudget } from '../shared/web/budget.ts'
import { failed, isSame, json, WebError } from '../shared/web/request.ts'
import type { FetchHandler } from '../shared/web/serve.ts'
import { answerOf } from './answer.ts'
import { callThread } from './call-thread.ts'
import { receiveCall } from './receive.ts'
import { hookSessions } from './sessions.ts'

export interface HooksOptions {
  /** The whole Authorization header that calls must have: `Basic dXNlcjpwYXNz`, `Bearer secret`. */
  readonly authorization: string
  /** The largest call, the message in it included. @default '50mb' */
  readonly size?: Size
  /** Bytes of calls in memory at once, over all of them; a call beyond it waits for its turn. @default '100mb' */
  readonly budget?: Size
  /** Sessions that are remembered between calls; beyond, the one that was not heard of for longest is forgotten. @default 10_000 */
  readonly sessions?: number
  /** How long a session is remembered after its last call. Nobody tells when a client leaves. @default '6m' */
  readonly idle?: Duration
}

const schema = schemaOf<HooksOptions>('hooks', {
  authorization: required(
    hidden(
      "a secret that requests must show; give authorization, such as 'Bearer …', and set the same in Stalwart's MtaHook",
      isSecret,
    ),
  ),
  size: sizeCheck({ min: 1 }),
  budget: sizeCheck({ min: 1 }),
  sessions: whole({ min: 1 }),
  idle: duration({ min: '1s' }),
})

/**
 * A handler for Stalwart's MTA hooks. It can be called at any of the stages: what a session has not heard yet is in every
 * call. Bytes of a message that are no UTF-8 do not survive JSON, so signatures over them fail here.
 *
 * What Stalwart does while postern cannot be reached is Stalwart's to say: `tempFailOnError`.
 *
 * @throws PosternError when there is no secret, or a duration or a size cannot be read
 * @example
 * serve(hooks(gateway, { authorization: 'Bearer secret' })).listen(8893, '127.0.0.1')
 */
export function hooks(gateway: Gateway | (() => Gateway), options: HooksOptions): FetchHandler {
  // Not all callers are type-checked, and what is missing then is to be told of like any other mistake.
  const given = options ?? ({} as HooksOptions)
  const current = checkedGateway(schema, gateway, given)
  const { authorization, size = '50mb', budget = '100mb', sessions = 10_000, idle = '6m' } = given
  const limit = toBytes(size)
  const open = hookSessions(current, { sessions, idle: toMilliseconds(idle) })
  const thread = callThread()
  const bytes = byteBudget(toBytes(budget))
  return async request => {
    const share = bytes.open(request.signal)
    try {
      if (request.method !== 'POST') throw new WebError(405, 'calls are made by POST')
      if (!isSame(request.headers.get('authorization') ?? '', authorization))
        throw new WebError(401, 'the Authorization header is wrong or missing')
      const call = await receiveCall(request, { limit, thread, share })
      return json(answerOf(await open.judge(call)))
    } catch (error) {
      const known = error instanceof PosternError ? new WebError(400, error.message) : error
      return failed(known, reason => current().services.notify({ code: 'hooks/failed', reason, level: 'warning' }))
    } finally {
      share.close()
    }
  }
}
