/** Writes the events of one session. Nothing is kept of it but what its own end needs. */
import type { Decision } from '../model/decision.ts'
import type { FilterTime, SessionEvent } from '../model/events.ts'
import type { Clock } from '../model/services.ts'
import type { Tls } from '../model/stage.ts'
import { cut, decided, type EventStream, findingEntries, rounded, sentReply } from './events.ts'
import { type SessionFacts, TransactionRecord } from './transaction-record.ts'
import type { FilterTimings } from './wave.ts'

export class SessionRecord {
  readonly #stream: EventStream
  readonly #facts: SessionFacts
  #greeting: Pick<SessionEvent, 'helo' | 'tls'> = {}
  /** The last decisions at `connect` and `helo`. */
  #connected: Decision | undefined
  #greeted: Decision | undefined
  #transactions = 0

  constructor(stream: EventStream, facts: SessionFacts) {
    this.#stream = stream
    this.#facts = facts
  }

  /** The client was judged at `connect`. */
  connected(decision: Decision): void {
    this.#connected = decision
  }

  /** The client was judged at `helo`. */
  greeted(name: string | undefined, tls: Tls | undefined, decision: Decision): void {
    this.#greeting = { ...(name !== undefined && { helo: cut(name) }), ...(tls && { tls: tlsOf(tls) }) }
    this.#greeted = decision
  }

  /** MAIL has begun a transaction. */
  transaction(reversePath: string, user: string | undefined, clock: Clock): TransactionRecord {
    this.#transactions += 1
    return new TransactionRecord(this.#stream, this.#facts, { number: this.#transactions, reversePath, user, clock })
  }

  /** The session is over, after so many milliseconds. */
  end(client: SessionEvent['client'], ms: number, timings: FilterTimings): void {
    const last = this.#greeted ?? this.#connected
    const { ref, ip, started, hostReplies } = this.#facts
    const reply = last && !(hostReplies && last.reply.code < 400) ? { reply: sentReply(last.reply) } : {}
    this.#stream.write({
      type: 'session',
      ref,
      ip: ip ?? null,
      client,
      ...this.#greeting,
      started,
      ms: rounded(ms),
      ...decided(last ?? { verdict: 'accept', score: 0 }),
      findings: findingEntries(last?.findings ?? []),
      ...reply,
      transactions: this.#transactions,
      filters: filterTimes(timings),
    })
  }
}

const tlsOf = ({ protocol, cipher }: Tls): Tls => ({
  protocol: cut(protocol),
  ...(cipher !== undefined && { cipher: cut(cipher) }),
})

/** Most filters take microseconds: those would be half of a log. */
const MIN_FILTER_MS = 0.01

function filterTimes(timings: FilterTimings): Readonly<Record<string, FilterTime>> {
  const times: Record<string, FilterTime> = {}
  for (const [name, { cpu, wait }] of timings)
    if (cpu + wait >= MIN_FILTER_MS) times[name] = { cpu: hundredths(cpu), wait: hundredths(wait) }
  return times
}

const hundredths = (ms: number): number => Math.round(ms * 100) / 100
