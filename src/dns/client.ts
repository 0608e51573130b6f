/** Asks the servers in turn, by UDP and where that is too small by TCP, until one says something. */

import type { RecordType } from '../model/resolver.ts'
import type { Clock } from '../model/services.ts'
import { type Failure, failure } from './answer.ts'
import { type AskedServer, ask, FORMERR } from './ask.ts'
import type { Reply } from './message.ts'
import { Quirks } from './quirks.ts'
import { type Server, transportTo } from './transport.ts'

/** Never rejects. */
export type Client = (name: string, type: RecordType) => Promise<Reply | Failure>

const SERVFAIL = 2
const NXDOMAIN = 3
const REFUSED = 5

/** @param options.ms for one question in all */
export function client(
  servers: readonly Server[],
  { ms, clock }: { readonly ms: number; readonly clock: Clock },
): Client {
  const asked = servers.map((server): AskedServer => ({ carrier: transportTo(server), quirks: new Quirks(clock) }))
  // Who answered last is asked first: a server that is gone costs its share of the time once, not each time.
  let first = 0

  return async (name, type) => {
    const end = clock.monotonic() + ms
    const start = first
    let last: Failure = failure('timeout', `no server answered ${name} ${type} in time`)
    for (let turn = 0; turn < asked.length; turn += 1) {
      const place = (start + turn) % asked.length
      const server = asked[place]
      const share = (end - clock.monotonic()) / (asked.length - turn)
      if (server === undefined || share <= 0) break
      const said = judged(await ask(server, { name, type, ms: share, clock }), name, type)
      if (!('kind' in said)) {
        first = place
        return said
      }
      last = said
    }
    return last
  }
}

/** Only "here it is", "there is no such record" and "there is no such name" are answers. */
function judged(said: Reply | Failure, name: string, type: RecordType): Reply | Failure {
  if ('kind' in said) return said
  const { rcode, referral } = said
  if (referral) return failure('servfail', `the server asked for ${name} ${type} does not ask others`)
  switch (rcode) {
    case 0:
    case NXDOMAIN:
      return said
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
