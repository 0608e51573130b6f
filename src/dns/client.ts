/** Asks the servers in turn, by UDP and where that is too small by TCP, until one says something. */
import { nodeCrypto } from '../core/lazily.ts'
import type { Clock } from '../core/world.ts'
import { type Failure, failure } from './answer.ts'
import { encodeQuery, type Reply, readReply } from './message.ts'
import type { RecordType } from './resolver.ts'
import { type Carrier, carrierTo, type Server, type Stop } from './transport.ts'

/** Never rejects. */
export type Client = (name: string, type: RecordType) => Promise<Reply | Failure>

const FORMERR = 1
const SERVFAIL = 2
const NXDOMAIN = 3
const NOTIMP = 4
const REFUSED = 5

/** @param options.ms for one question in all */
export function client(
  servers: readonly Server[],
  { ms, clock }: { readonly ms: number; readonly clock: Clock },
): Client {
  const carriers = servers.map(carrierTo)
  // Who answered last is asked first: a server that is gone costs its share of the time once, not each time.
  let first = 0

  return async (name, type) => {
    const end = clock.monotonic() + ms
    const start = first
    let last: Failure = failure('timeout', `no server answered ${name} ${type} in time`)
    for (let turn = 0; turn < carriers.length; turn += 1) {
      const place = (start + turn) % carriers.length
      const carrier = carriers[place]
      const share = (end - clock.monotonic()) / (carriers.length - turn)
      if (carrier === undefined || share <= 0) break
      const said = judged(
        await ask(carrier, name, type, { ms: share, clock, again: carriers.length === 1 }),
        name,
        type,
      )
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

interface AskOptions {
  readonly ms: number
  readonly clock: Clock
  /** The question is sent once more when a third of the time has passed. */
  readonly again: boolean
}

function ask(
  carrier: Carrier,
  name: string,
  type: RecordType,
  { ms, clock, again }: AskOptions,
): Promise<Reply | Failure> {
  return new Promise(resolve => {
    const stops: Stop[] = []
    const stop = () => {
      for (const end of stops.splice(0)) end()
    }
    const settle = (said: Reply | Failure) => {
      stop()
      cancel()
      resolve(said)
    }
    const malformed = (what: string): void => settle(failure('malformed', `the answer to ${name} ${type} ${what}`))

    const send = (how: 'udp' | 'tcp', edns: boolean): void => {
      stop()
      const query = { ...disguised(name), type }
      const packet = encodeQuery(query, { edns })
      const hearing = {
        reply: (bytes: Buffer): void => {
          const said = readReply(bytes, query)
          if (said === 'foreign') return
          const over = how === 'tcp' ? malformed : () => send('tcp', edns)
          if (said === 'malformed') malformed('is malformed')
          // Whoever lost the case of the letters may have guessed the rest. Over TCP nobody can.
          else if (said === 'recased') over('does not repeat the question')
          else if (said.truncated) over('is cut short over TCP too')
          // Servers older than RFC 6891 know no additional record in a question.
          else if (edns && (said.rcode === FORMERR || said.rcode === NOTIMP)) send(how, false)
          else settle(said)
        },
        lost: (reason: string): void =>
          settle(failure('unreachable', `no server could be reached for ${name} ${type}: ${reason}`)),
      }
      stops.push(carrier[how](packet, hearing))
      if (how === 'udp' && again) stops.push(clock.after(ms / 3, () => stops.push(carrier.udp(packet, hearing))))
    }
    const cancel = clock.after(ms, () => settle(failure('timeout', `no server answered ${name} ${type} in time`)))
    send('udp', true)
  })
}

/** A random id, and letters of random case: up to 48 bits that a forger must guess beside the port. */
function disguised(name: string): { readonly id: number; readonly name: string } {
  const bits = nodeCrypto().randomInt(2 ** 32)
  let index = 0
  const letters = name.replace(/[a-z]/g, letter => {
    index += 1
    return index <= 32 && (bits >>> (index - 1)) & 1 ? letter.toUpperCase() : letter
  })
  return { id: nodeCrypto().randomInt(2 ** 16), name: letters }
}
