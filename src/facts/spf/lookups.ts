/** The DNS lookups of one SPF evaluation: their limits (RFC 7208 §4.6.4), their time, and what a failure means. */

import type { MaybePromise } from '../../model/maybe-promise.ts'
import type { Answer, Purpose, Records, RecordType } from '../../model/resolver.ts'
import type { Connection } from '../../model/stage.ts'

/** Why an evaluation ends with an error. */
export interface SpfError {
  readonly result: 'temperror' | 'permerror'
  /** Ends a sentence. */
  readonly problem: string
  /** The transaction's share of questions is used up; the record itself may be in order. */
  readonly overBudget?: true
}

export interface LookupOptions {
  /** The share of the transaction's budget that the questions count towards. */
  readonly purpose: Purpose
  /** How long all lookups together may take, in milliseconds. @default 5000 */
  readonly time?: number
}

/** Terms that ask DNS: RFC 7208 §4.6.4. */
const MAX_LOOKUPS = 10
/** Lookups that find nothing: RFC 7208 §4.6.4. */
const MAX_VOID_LOOKUPS = 2

export const permerror = (problem: string): SpfError => ({ result: 'permerror', problem })

const temperror = (problem: string): SpfError => ({ result: 'temperror', problem })

export const isError = (found: unknown): found is SpfError =>
  typeof found === 'object' && found !== null && 'problem' in found

/**
 * Only the limits of RFC 7208 §4.6.4 make a permerror. Too much time, and more questions than a transaction may ask,
 * say nothing about the record: a temperror.
 */
export class Lookups {
  readonly #view: LookupView
  readonly #purpose: Purpose
  readonly #time: number
  readonly #end: number
  readonly #late: SpfError
  readonly #answers = new Map<string, Answer<unknown>>()
  #pending: Promise<void> | undefined
  #count = 0
  #void = 0

  constructor(view: LookupView, { purpose, time = 5_000 }: LookupOptions) {
    this.#view = view
    this.#purpose = purpose
    this.#time = time
    this.#end = view.clock.monotonic() + time
    this.#late = temperror(`DNS took more than ${time} ms`)
  }

  /** The lookups that were made for terms, and how many of them found nothing. */
  get counts(): { readonly count: number; readonly void: number } {
    return { count: this.#count, void: this.#void }
  }

  /** The records for a term that counts towards the limits, none where there are none, or why the evaluation ends. */
  counted<T extends RecordType>(name: string, type: T): readonly Records[T][] | SpfError {
    this.#count += 1
    if (this.#count > MAX_LOOKUPS) return permerror(`it asks for more than ${MAX_LOOKUPS} lookups`)
    const found = this.uncounted(name, type)
    if (isError(found) || found.length > 0) return found
    this.#void += 1
    return this.#void > MAX_VOID_LOOKUPS
      ? permerror(`more than ${MAX_VOID_LOOKUPS} of its lookups find nothing`)
      : found
  }

  /**
   * The same for the record of the domain itself, the hosts of an `mx` and the names of a `ptr`, which do not count.
   * Throws PENDING where the answer has to be waited for.
   */
  uncounted<T extends RecordType>(name: string, type: T): readonly Records[T][] | SpfError {
    const key = `${type} ${name.toLowerCase()}`
    const answer = this.#answers.get(key) ?? this.#view.dns.known?.(name, type)
    if (answer === undefined) return this.#ask(key, name, type)
    this.#answers.set(key, answer)
    // The key begins with the type, so the answer has the records of that type.
    return recordsOf(answer as Answer<Records[T]>)
  }

  #ask(key: string, name: string, type: RecordType): SpfError {
    if (this.#view.clock.monotonic() >= this.#end) return this.#late
    const { dns, signal } = this.#view
    this.#pending = dns.resolve(name, type, { signal, purpose: this.#purpose }).then(answer => {
      this.#answers.set(key, answer)
    })
    throw PENDING
  }

  /**
   * The result of `evaluate`, which is called anew after each answer that was not cached: what is asked depends on the
   * answers alone, and there are at most some tens. So an evaluation needs no promise where all answers are cached.
   */
  run<V>(evaluate: () => V): MaybePromise<V | SpfError> {
    const found = this.#attempt(evaluate)
    return found === PENDING ? this.#within(this.#continue(evaluate)) : found
  }

  #attempt<V>(evaluate: () => V): V | typeof PENDING {
    this.#count = 0
    this.#void = 0
    try {
      return evaluate()
    } catch (error) {
      if (error === PENDING) return PENDING
      throw error
    }
  }

  async #continue<V>(evaluate: () => V): Promise<V> {
    for (;;) {
      await this.#pending
      const found = this.#attempt(evaluate)
      if (found !== PENDING) return found
    }
  }

  /** An error when the time is over. Rejects where the resolver does. */
  #within<V>(evaluation: Promise<V>): Promise<V | SpfError> {
    return new Promise((resolve, reject) => {
      const cancel = this.#view.clock.after(this.#time, () => resolve(this.#late))
      evaluation.then(resolve, reject).finally(cancel)
    })
  }
}

/** Thrown where an answer has to be waited for; a constant, because an error with its stack would be expensive. */
const PENDING = Symbol('pending')

type LookupView = Pick<Connection, 'dns' | 'signal' | 'clock'>

function recordsOf<R>(answer: Answer<R>): readonly R[] | SpfError {
  switch (answer.kind) {
    case 'answer':
      return answer.records
    case 'nodata':
    case 'nxdomain':
      return []
    case 'failure':
      // Macros make names such as `bob+lists._spf.example.org`. No host has such a name: it does not exist, which is no
      // error.
      if (answer.cause === 'bad-name') return []
      return { ...temperror(answer.detail), ...(answer.cause === 'budget' && { overBudget: true }) }
    default:
      return answer satisfies never
  }
}
