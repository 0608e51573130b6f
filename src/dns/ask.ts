/** One question to one server: by UDP, else by TCP, and where neither will do in the plainer form that old servers need. */
import { nodeCrypto } from '../model/lazy.ts'
import type { RecordType } from '../model/resolver.ts'
import type { Clock } from '../model/services.ts'
import { type Failure, failure } from './answer.ts'
import { encodeQuery, type Reply, readReply, UDP_OCTETS } from './message.ts'
import type { Quirks } from './quirks.ts'
import type { Stop, Transport } from './transport.ts'

export interface AskedServer {
  readonly carrier: Transport
  readonly quirks: Quirks
}

export interface AskOptions {
  /** Checked by `queryName`. */
  readonly name: string
  readonly type: RecordType
  /** How long the question may take in all. */
  readonly ms: number
  readonly clock: Clock
}

export const FORMERR = 1
const NOTIMP = 4
/** Fragments can be forged, so a larger packet is asked for only where TCP does not work. */
const FRAGMENTED_OCTETS = 4_096

/** How a question is put. */
interface Form {
  readonly how: 'udp' | 'tcp'
  /** What the server may send in one packet; 0 without EDNS. */
  readonly edns: number
  /** The letters have a random case, and a reply by UDP must repeat it (draft-vixie-dnsext-dns0x20). */
  readonly mixedCase: boolean
}

/** Never rejects. */
export const ask = (server: AskedServer, options: AskOptions): Promise<Reply | Failure> =>
  new Promise(resolve => new Question(server, options, resolve).start())

class Question {
  readonly #server: AskedServer
  readonly #options: AskOptions
  readonly #resolve: (said: Reply | Failure) => void
  readonly #stops: Stop[] = []
  #cancel: Stop = () => undefined
  #fallback: Form | undefined
  #tcpFailure: Failure | undefined

  constructor(server: AskedServer, options: AskOptions, resolve: (said: Reply | Failure) => void) {
    this.#server = server
    this.#options = options
    this.#resolve = resolve
  }

  start(): void {
    const { ms, clock } = this.#options
    const { quirks } = this.#server
    this.#cancel = clock.after(ms, () => this.#fail('timeout', `no server answered ${this.#what} in time`))
    this.#begin({ how: 'udp', edns: quirks.noEdns ? 0 : UDP_OCTETS, mixedCase: !quirks.changesCase })
  }

  #begin(form: Form): void {
    const { ms, clock } = this.#options
    this.#stop()
    this.#send(form)
    // A packet may be lost, and some servers and firewalls drop what has EDNS: it is sent again without.
    if (form.how === 'udp') this.#stops.push(clock.after(ms / 3, () => this.#send({ ...form, edns: 0 }, form.edns > 0)))
  }

  get #what(): string {
    return `${this.#options.name} ${this.#options.type}`
  }

  /** @param isResent the same question with EDNS has not been answered yet */
  #send(form: Form, isResent = false): void {
    const { name, type } = this.#options
    const query = { id: nodeCrypto().randomInt(2 ** 16), name: form.mixedCase ? mixCase(name) : name, type }
    const reply = (bytes: Buffer): void => {
      const said = readReply(bytes, query)
      if (said === 'foreign') return
      if (said === 'malformed') this.#unusable(form, 'is malformed')
      else if (said.truncated) this.#unusable(form, 'is cut short', { ...form, edns: FRAGMENTED_OCTETS })
      else if (said.recased && form.how === 'udp' && form.mixedCase)
        // A forger may have guessed the rest. Over TCP nobody can, and so the case says nothing there (RFC 4343).
        this.#unusable(form, 'does not repeat the question', { ...form, mixedCase: false })
      else if (form.edns > 0 && (said.rcode === FORMERR || said.rcode === NOTIMP)) {
        this.#server.quirks.ednsFailed()
        this.#begin({ ...form, edns: 0 })
      } else {
        this.#learn(form, said, isResent)
        this.#settle(said)
      }
    }
    const lost = (reason: string): void => {
      if (form.how === 'tcp') this.#tcpFailed('unreachable', `the server cannot be reached over TCP: ${reason}`)
      else this.#fail('unreachable', `no server could be reached for ${this.#what}: ${reason}`)
    }
    this.#stops.push(this.#server.carrier[form.how](encodeQuery(query, { edns: form.edns }), { reply, failed: lost }))
  }

  /** @param fallback the form to try when TCP does not work either */
  #unusable(form: Form, what: string, fallback?: Form): void {
    const problem = `the answer to ${this.#what} ${what}`
    if (form.how === 'tcp' || this.#tcpFailure !== undefined) {
      this.#settle(this.#tcpFailure ?? failure('malformed', `${problem} over TCP too`))
      return
    }
    this.#fallback = fallback
    this.#begin({ ...form, how: 'tcp' })
    const { ms, clock } = this.#options
    this.#stops.push(
      clock.after(ms / 3, () => this.#tcpFailed('timeout', `${problem}, and the server is silent over TCP`)),
    )
  }

  #tcpFailed(cause: Failure['cause'], detail: string): void {
    this.#tcpFailure = failure(cause, detail)
    if (this.#fallback === undefined) this.#settle(this.#tcpFailure)
    else this.#begin(this.#fallback)
  }

  #learn({ how, edns }: Form, { recased }: Reply, isResent: boolean): void {
    const { quirks } = this.#server
    if (edns > 0) quirks.ednsWorked()
    else if (isResent) quirks.ednsFailed()
    if (how === 'tcp' && recased) quirks.caseChanged()
  }

  #stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
  }

  #fail(cause: Failure['cause'], detail: string): void {
    this.#settle(failure(cause, detail))
  }

  #settle(said: Reply | Failure): void {
    this.#stop()
    this.#cancel()
    this.#resolve(said)
  }
}

/** Up to 32 bits that a forger must guess beside the id and the port. */
function mixCase(name: string): string {
  const bits = nodeCrypto().randomInt(2 ** 32)
  let index = 0
  return name.replace(/[a-z]/g, letter => {
    index += 1
    return index <= 32 && (bits >>> (index - 1)) & 1 ? letter.toUpperCase() : letter
  })
}
