/** Received-SPF (RFC 7208 §9.1), for programs that do not read Authentication-Results. */

import { spf } from '../facts/spf/spf.ts'
import { checked, required, schemaOf } from '../model/options.ts'
import { authservId, hostNameCheck } from './authentication-results.ts'
import { folded, type Tracer, tokenOrQuoted } from './tracer.ts'

/** The options of {@link receivedSpf}. */
export interface ReceivedSpfOptions {
  /** The name of the host that receives mail. */
  readonly receiver: string
}

const schema = schemaOf<ReceivedSpfOptions>('receivedSpf', { receiver: required(hostNameCheck()) })

const NAME = 'Received-SPF'
const MAX_PATH_LENGTH = 254

/**
 * Writes one field with the result of SPF, if a filter asked for it.
 *
 * @throws PosternError when `receiver` is not a host name
 */
export function receivedSpf(options: ReceivedSpfOptions): Tracer {
  const { receiver } = checked(schema, options)
  const name = authservId(receiver)
  return ({ ip, helo, reversePath }, _decision, found) => {
    const check = found(spf)
    if (check === undefined || check.result === 'unknown') return []
    const known = (key: string, value: string | undefined) => (value === undefined ? [] : [[key, value]])
    const pairs = [
      ['receiver', name],
      ['identity', check.identity],
      ...known('client-ip', ip),
      ...known('helo', helo),
      ...(check.mechanism === undefined ? [] : [['mechanism', check.mechanism]]),
      ...(check.identity === 'mailfrom' && reversePath.length <= MAX_PATH_LENGTH
        ? [['envelope-from', reversePath]]
        : []),
    ]
    const words = pairs.map(([key = '', value = '']) => `${key}=${tokenOrQuoted(value)};`)
    return [[NAME, folded([check.result, ...words], NAME.length + 2)]]
  }
}
