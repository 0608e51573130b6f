/** The DNS lookups of one SPF evaluation: their limits (RFC 7208 §4.6.4), their time, and what a failure means. */

import type { Answer, Purpose, Records, RecordType, Resolver } from '../../model/resolver.ts'
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
  readonly #dns: Resolver
  readonly #clock: Connection['clock']
  readonly #options: { readonly signal: AbortSignal; readonly purpose: Purpose }
  readonly #time: number
  readonly #end: number
  readonly #late: SpfError
  readonly #asked = new Map<string, Promise<Answer<unknown>>>()
  #count = 0
  #void = 0

  constructor(
    { dns, signal, clock }: Pick<Connection, 'dns' | 'signal' | 'clock'>,
    { purpose, time = 5_000 }: LookupOptions,
  ) {
    this.#dns = dns
    this.#clock = clock
    this.#options = { signal, purpose }
    this.#time = time
    this.#end = clock.monotonic() + time
    this.#late = temperror(`DNS took more than ${time} ms`)
  }

  /** The lookups that were made for terms, and how many of them found nothing. */
  get counts(): { readonly count: number; readonly void: number } {
    return { count: this.#count, void: this.#void }
  }

  /** The records for a term that counts towards the limits, none where there are none, or why the evaluation ends. */
  async counted<T extends RecordType>(name: string, type: T): Promise<readonly Records[T][] | SpfError> {
    this.#count += 1
    if (this.#count > MAX_LOOKUPS) return permerror(`it asks for more than ${MAX_LOOKUPS} lookups`)
    const found = await this.uncounted(name, type)
    if (isError(found) || found.length > 0) return found
    this.#void += 1
    return this.#void > MAX_VOID_LOOKUPS
      ? permerror(`more than ${MAX_VOID_LOOKUPS} of its lookups find nothing`)
      : found
  }

  /**
   * The same for the record of the domain itself, the hosts of an `mx` and the names of a `ptr`, which do not count.
   */
  async uncounted<T extends RecordType>(name: string, type: T): Promise<readonly Records[T][] | SpfError> {
    if (this.#clock.monotonic() >= this.#end) return this.#late
    const key = `${type} ${name.toLowerCase()}`
    // The key begins with the type, so the cached answer has the records of that type.
    const known = this.#asked.get(key) as Promise<Answer<Records[T]>> | undefined
    const question = known ?? this.#dns.resolve(name, type, this.#options)
    this.#asked.set(key, question)
    return recordsOf(await question)
  }

  /** The result of `evaluation`, or an error when its time is over. Rejects where the evaluation does. */
  within<V>(evaluation: Promise<V>): Promise<V | SpfError> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(this.#time, () => resolve(this.#late))
      evaluation.then(resolve, reject).finally(cancel)
    })
  }
}

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
