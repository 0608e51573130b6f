/** One question to one server: over UDP, else over TCP, else in the simpler form that old servers need. */
import { nodeCrypto } from '../model/lazy.ts'
import type { RecordType } from '../model/resolver.ts'
import type { Clock } from '../model/services.ts'
import { type Failure, failure } from './answer.ts'
import { encodeQuery, MAX_UDP_SIZE, type Reply, readReply } from './message.ts'
import type { Quirks } from './quirks.ts'
import type { Stop, Transport } from './transport.ts'

/** A server and what is known about it. */
export interface ServerState {
  readonly transport: Transport
  readonly quirks: Quirks
}

export interface AskOptions {
  /** Checked by `queryName`. */
  readonly name: string
  readonly type: RecordType
  /** The time limit of the question in all, in milliseconds. */
  readonly ms: number
  readonly clock: Clock
}

export const FORMERR = 1
const NOTIMP = 4
/** Fragments can be forged, so a larger packet is requested only when TCP does not work. */
const FRAGMENTED_UDP_SIZE = 4_096

/** The form of a question. */
interface Form {
  readonly how: 'udp' | 'tcp'
  /** The largest UDP reply in bytes; 0 without EDNS. */
  readonly edns: number
  /** The letters have random case, which a reply over UDP must repeat (draft-vixie-dnsext-dns0x20). */
  readonly mixedCase: boolean
}

/** Never rejects. */
export const ask = (server: ServerState, options: AskOptions): Promise<Reply | Failure> =>
  new Promise(resolve => new Question(server, options, resolve).start())

class Question {
  readonly #server: ServerState
  readonly #options: AskOptions
  readonly #resolve: (result: Reply | Failure) => void
  readonly #stops: Stop[] = []
  #cancel: Stop = () => undefined
  #fallback: Form | undefined
  #tcpFailure: Failure | undefined

  constructor(server: ServerState, options: AskOptions, resolve: (result: Reply | Failure) => void) {
    this.#server = server
    this.#options = options
    this.#resolve = resolve
  }

  start(): void {
    const { ms, clock } = this.#options
    const { quirks } = this.#server
    this.#cancel = clock.after(ms, () => this.#fail('timeout', `no server answered ${this.#question} in time`))
    this.#begin({ how: 'udp', edns: quirks.noEdns ? 0 : MAX_UDP_SIZE, mixedCase: !quirks.changesCase })
  }

  #begin(form: Form): void {
    const { ms, clock } = this.#options
    this.#stop()
    this.#send(form)
    // Packets may be lost, and some servers and firewalls drop EDNS, so the question is sent again without it.
    if (form.how === 'udp') this.#stops.push(clock.after(ms / 3, () => this.#send({ ...form, edns: 0 }, form.edns > 0)))
  }

  get #question(): string {
    return `${this.#options.name} ${this.#options.type}`
  }

  /** @param isResent whether the same question with EDNS has no answer yet */
  #send(form: Form, isResent = false): void {
    const { name, type } = this.#options
    const query = { id: nodeCrypto().randomInt(2 ** 16), name: form.mixedCase ? mixCase(name) : name, type }
    const reply = (bytes: Buffer): void => {
      const read = readReply(bytes, query)
      if (read === 'foreign') return
      if (read === 'malformed') this.#unusable(form, 'is malformed')
      else if (read.truncated) this.#unusable(form, 'is truncated', { ...form, edns: FRAGMENTED_UDP_SIZE })
      else if (read.caseMismatch && form.how === 'udp' && form.mixedCase)
        // An attacker may have guessed the rest. Over TCP that is impossible, so the case is ignored there (RFC 4343).
        this.#unusable(form, 'does not repeat the question', { ...form, mixedCase: false })
      else if (form.edns > 0 && (read.rcode === FORMERR || read.rcode === NOTIMP)) {
        this.#server.quirks.ednsFailed()
        this.#begin({ ...form, edns: 0 })
      } else {
        this.#recordQuirks(form, read, isResent)
        this.#settle(read)
      }
    }
    const failed = (reason: string): void => {
      if (form.how === 'tcp') this.#tcpFailed('unreachable', `the server cannot be reached over TCP: ${reason}`)
      else this.#fail('unreachable', `no server could be reached for ${this.#question}: ${reason}`)
    }
    this.#stops.push(this.#server.transport[form.how](encodeQuery(query, { edns: form.edns }), { reply, failed }))
  }

  /** @param fallback the form to try when TCP does not work either */
  #unusable(form: Form, what: string, fallback?: Form): void {
    const problem = `the answer to ${this.#question} ${what}`
    if (form.how === 'tcp' || this.#tcpFailure !== undefined) {
      this.#settle(this.#tcpFailure ?? failure('malformed', `${problem} over TCP too`))
      return
    }
    this.#fallback = fallback
    this.#begin({ ...form, how: 'tcp' })
    const { ms, clock } = this.#options
    this.#stops.push(
      clock.after(ms / 3, () => this.#tcpFailed('timeout', `${problem}, and the server does not answer over TCP`)),
    )
  }

  #tcpFailed(cause: Failure['cause'], detail: string): void {
    this.#tcpFailure = failure(cause, detail)
    if (this.#fallback === undefined) this.#settle(this.#tcpFailure)
    else this.#begin(this.#fallback)
  }

  #recordQuirks({ how, edns }: Form, { caseMismatch }: Reply, isResent: boolean): void {
    const { quirks } = this.#server
    if (edns > 0) quirks.ednsWorked()
    else if (isResent) quirks.ednsFailed()
    if (how === 'tcp' && caseMismatch) quirks.caseChanged()
  }

  #stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
  }

  #fail(cause: Failure['cause'], detail: string): void {
    this.#settle(failure(cause, detail))
  }

  #settle(result: Reply | Failure): void {
    this.#stop()
    this.#cancel()
    this.#resolve(result)
  }
}

/** Up to 32 bits that an attacker must guess in addition to the id and the port. */
function mixCase(name: string): string {
  const bits = nodeCrypto().randomInt(2 ** 32)
  let index = 0
  return name.replace(/[a-z]/g, letter => {
    index += 1
    return index <= 32 && (bits >>> (index - 1)) & 1 ? letter.toUpperCase() : letter
  })
}
