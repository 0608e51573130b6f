/** Asks the servers one after another until one answers. */

import type { RecordType } from '../model/resolver.ts'
import type { Clock } from '../model/services.ts'
import { type Failure, failure } from './answer.ts'
import { ask, FORMERR, type ServerState } from './ask.ts'
import type { Reply } from './message.ts'
import { Quirks } from './quirks.ts'
import { type Server, transportTo } from './transport.ts'

/** Never rejects. */
export type Client = (name: string, type: RecordType) => Promise<Reply | Failure>

const SERVFAIL = 2
const NXDOMAIN = 3
const REFUSED = 5

/** @param options.ms the time limit of one question in all */
export function client(
  servers: readonly Server[],
  { ms, clock }: { readonly ms: number; readonly clock: Clock },
): Client {
  const states = servers.map((server): ServerState => ({ transport: transportTo(server), quirks: new Quirks(clock) }))
  // The server that answered last is asked first: a dead server costs its share of the time only once.
  let first = 0

  return async (name, type) => {
    const end = clock.monotonic() + ms
    const start = first
    let last: Failure = failure('timeout', `no server answered ${name} ${type} in time`)
    for (let turn = 0; turn < states.length; turn += 1) {
      const index = (start + turn) % states.length
      const server = states[index]
      const share = (end - clock.monotonic()) / (states.length - turn)
      if (server === undefined || share <= 0) break
      const result = checkedReply(await ask(server, { name, type, ms: share, clock }), name, type)
      if (!('kind' in result)) {
        first = index
        return result
      }
      last = result
    }
    return last
  }
}

/** Only records, NODATA and NXDOMAIN are answers; everything else is a failure. */
function checkedReply(reply: Reply | Failure, name: string, type: RecordType): Reply | Failure {
  if ('kind' in reply) return reply
  const { rcode, referral } = reply
  if (referral) return failure('servfail', `the server does not resolve ${name} ${type} but refers to other servers`)
  switch (rcode) {
    case 0:
    case NXDOMAIN:
      return reply
    case FORMERR:
      return failure('malformed', `the server could not read the question ${name} ${type} (FORMERR)`)
    case REFUSED:
      return failure('refused', `the server refused to answer ${name} ${type}`)
    case SERVFAIL:
      return failure('servfail', `the server failed to answer ${name} ${type} (SERVFAIL)`)
    default:
      return failure('servfail', `the server failed to answer ${name} ${type} (rcode ${rcode})`)
  }
}
