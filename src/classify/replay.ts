/** Earlier examples that are replayed before a new one, so that one message cannot undo what many have trained. */
import type { Label } from '../model/feedback.ts'
import type { Features } from './packing.ts'

/** A message with its label. */
export interface Example {
  readonly features: Features
  readonly label: Label
}

/** Bytes that all examples may take together, and the overhead of one. */
const MAX_BYTES = 6 * 1024 * 1024
const OVERHEAD = 300

const MAX_EXAMPLES = 2_000

/** One array for all views: three arrays would take twice the memory for small messages. */
interface StoredExample {
  readonly grams: Uint16Array
  /** The end of each view. */
  readonly ends: readonly number[]
  readonly label: Label
  readonly number: number
}

/** A bounded buffer of examples: the oldest are dropped first. */
export class ReplayBuffer {
  #examples: StoredExample[] = []
  #bytes = 0
  #numbers = 0
  /**
   * The state of the random numbers (xorshift). The seed is fixed: the same examples in the same order make the same
   * model.
   */
  #random = 0x2545f491

  /** @param examples from the oldest on */
  constructor(examples: readonly Example[] = []) {
    for (const example of examples) this.add(example)
  }

  /** Returns a number by which the example can be removed. */
  add({ features, label }: Example): number {
    this.#numbers += 1
    const added = store(features, label, this.#numbers)
    const examples = this.#examples
    examples.push(added)
    this.#bytes += costOf(added)
    let dropped = 0
    for (; examples.length - dropped > MAX_EXAMPLES || this.#bytes > MAX_BYTES; dropped += 1) {
      this.#bytes -= costOf(examples[dropped])
    }
    if (dropped > 0) examples.splice(0, dropped)
    return this.#numbers
  }

  /** Removes an example, if it is still there. */
  remove(number: number): void {
    this.#examples = this.#examples.filter(example => example.number !== number)
    this.#bytes = this.#examples.reduce((sum, example) => sum + costOf(example), 0)
  }

  /** Removes the newest example that is equal, if there is one: numbers do not survive a snapshot. */
  removeEqual({ features, label }: Example): void {
    const { grams, ends } = store(features, label, 0)
    const isEqual = (other: StoredExample): boolean =>
      other.label === label &&
      other.grams.length === grams.length &&
      other.ends.every((end, index) => end === ends[index]) &&
      other.grams.every((gram, index) => gram === grams[index])
    const found = this.#examples.findLast(isEqual)
    if (found !== undefined) this.remove(found.number)
  }

  /** A random example; undefined if there is none. */
  pick(): Example | undefined {
    this.#random ^= this.#random << 13
    this.#random ^= this.#random >>> 17
    this.#random ^= this.#random << 5
    const picked = this.#examples[(this.#random >>> 0) % Math.max(this.#examples.length, 1)]
    return picked && restore(picked)
  }

  /** All examples, from the oldest on. */
  get examples(): readonly Example[] {
    return this.#examples.map(restore)
  }
}

const costOf = (example: StoredExample | undefined): number => (example?.grams.byteLength ?? 0) + OVERHEAD

function store(features: Features, label: Label, number: number): StoredExample {
  const ends: number[] = []
  let length = 0
  for (const view of features) {
    length += view.length
    ends.push(length)
  }
  const grams = new Uint16Array(length)
  for (const [index, view] of features.entries()) grams.set(view, (ends[index] ?? 0) - view.length)
  return { grams, ends, label, number }
}

const restore = ({ grams, ends, label }: StoredExample): Example => ({
  features: ends.map((end, index) => grams.subarray(ends[index - 1] ?? 0, end)),
  label,
})
