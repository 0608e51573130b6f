/** Keeps the answers of a source, and asks it once for questions that arrive together. */
import type { Reply } from '../../../model/decision.ts'
import { errorText } from '../../../model/errors.ts'
import type { Clock } from '../../../model/services.ts'
import { toMilliseconds } from '../../../model/units.ts'
import { memoryStore } from '../../../store/memory.ts'
import type { CacheOptions } from '../types.ts'
import { type AddressQuestion, isAboutAddress, KNOWN, type RecipientAnswer, type RecipientSource } from './source.ts'

/** Questions that are open at once. Further ones are unanswered, so that guessing addresses cannot use up a source. */
const MAX_OPEN = 200
const ENTRY_BYTES = 600

export class CachedSource implements RecipientSource {
  readonly name: RecipientSource['name']
  readonly #source: RecipientSource
  readonly #knownMs: number
  readonly #unknownMs: number
  readonly #answers: ReturnType<typeof memoryStore>
  readonly #open = new Map<string, Promise<RecipientAnswer>>()
  /** Questions by where their answer came from. */
  readonly counts = { cached: 0, asked: 0 }

  /**
   * An hour for known addresses: mail for a mailbox that was deleted since is refused by the next hop itself. Five
   * minutes for unknown ones: that is how long a new mailbox waits, while clients that guess ask for other addresses
   * each time.
   */
  constructor(source: RecipientSource, options: CacheOptions = {}, clock?: Pick<Clock, 'monotonic'>) {
    const { known = '1h', unknown = '5m', entries = 50_000 } = options
    this.name = source.name
    this.#source = source
    this.#knownMs = toMilliseconds(known)
    this.#unknownMs = toMilliseconds(unknown)
    this.#answers = memoryStore({ entries, bytes: entries * ENTRY_BYTES, ...(clock && { clock }) })
  }

  get size(): number {
    return this.#answers.size
  }

  async check(question: AddressQuestion): Promise<RecipientAnswer> {
    const { address, reversePath } = question
    const own = `${address}\n${reversePath}`
    const [forAll, forSender] = this.#answers.run([
      { op: 'get', key: address },
      { op: 'get', key: own },
    ])
    const cached = forSender ?? forAll
    if (cached !== undefined) {
      this.counts.cached += 1
      return read(cached.value)
    }
    const open = this.#open.get(own)
    if (open !== undefined) return await open
    if (this.#open.size >= MAX_OPEN)
      return { result: 'unavailable', reason: 'too many questions about recipients at once', isAccepted: true }
    this.counts.asked += 1
    const asked = this.#ask(question, own).finally(() => this.#open.delete(own))
    this.#open.set(own, asked)
    return await asked
  }

  refused(address: string, reply: Reply): void {
    if (this.name === 'next-hop' && isAboutAddress(reply))
      this.#keep(address, { result: 'unknown', reply }, this.#unknownMs)
  }

  close(): void {
    this.#source.close()
  }

  /** Never rejects. */
  async #ask(question: AddressQuestion, own: string): Promise<RecipientAnswer> {
    let answer: RecipientAnswer
    try {
      answer = await this.#source.check(question)
    } catch (error) {
      return { result: 'unavailable', reason: errorText(error), isAccepted: false }
    }
    if (answer.result === 'known') this.#keep(question.address, answer, this.#knownMs)
    if (answer.result === 'unknown') this.#keep(answer.forSender ? own : question.address, answer, this.#unknownMs)
    return answer
  }

  #keep(key: string, answer: RecipientAnswer, ttl: number): void {
    if (ttl <= 0) return
    const value = answer.result === 'unknown' ? JSON.stringify(answer) : ''
    this.#answers.run([{ op: 'set', key, value, ttl }])
  }
}

const read = (value: string): RecipientAnswer => (value === '' ? KNOWN : (JSON.parse(value) as RecipientAnswer))
