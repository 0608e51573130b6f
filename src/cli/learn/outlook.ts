/** What the classifier would have done with the last messages, each judged before it was learned. */
import type { Label } from '../../model/feedback.ts'
import { isRecord } from '../../model/options.ts'

/** A message as it was judged. */
export interface Judged {
  readonly label: Label
  readonly margin: number
  /** The margin from which it would have been taken for spam; undefined while honest mail was too little for that. */
  readonly threshold: number | undefined
}

const MAX_JUDGED = 1_000
/** Margins of honest mail that the threshold follows from: old mail does not stand for new mail. */
const MAX_HONEST = 4_096

/** Of a number of messages so many. */
export interface Share {
  readonly count: number
  readonly of: number
}

/** The last thousand messages, and the margins of honest mail before them. */
export class Outlook {
  readonly #falsePositives: number
  readonly #judged: Judged[] = []
  /** The margins of honest mail, in the order in which it came, and sorted. */
  readonly #honest: number[] = []
  readonly #sorted: number[] = []

  /** @param falsePositives the share of honest mail that may be judged as spam */
  constructor(falsePositives: number) {
    this.#falsePositives = falsePositives
  }

  /** To be called before the message is learned. */
  add(label: Label, margin: number): void {
    this.#judged.push({ label, margin, threshold: this.threshold })
    if (this.#judged.length > MAX_JUDGED) this.#judged.shift()
    if (label === 'spam') return
    this.#honest.push(margin)
    this.#sorted.splice(placeOf(this.#sorted, margin), 0, margin)
    const oldest = this.#honest.length > MAX_HONEST ? this.#honest.shift() : undefined
    if (oldest !== undefined) this.#sorted.splice(placeOf(this.#sorted, oldest), 1)
  }

  /** By the honest mail so far, with the finite-sample correction of conformal prediction. */
  get threshold(): number | undefined {
    const above = Math.floor(this.#falsePositives * (this.#sorted.length + 1))
    return above < 1 ? undefined : this.#sorted[this.#sorted.length - above]
  }

  get judged(): readonly Judged[] {
    return this.#judged
  }

  /** How many of a kind would have been taken for spam. */
  taken(label: Label): Share {
    const all = this.#judged.filter(one => one.label === label)
    return { count: all.filter(isTaken).length, of: all.length }
  }

  /** As JSON has it, for a run that goes on later. */
  export(): object {
    return {
      judged: this.#judged.map(({ label, margin, threshold }) => [label, margin, threshold ?? null]),
      honest: this.#honest,
    }
  }

  /** Takes over what an earlier run has exported; anything may stand there. */
  import(kept: unknown): void {
    if (!isRecord(kept) || !Array.isArray(kept.judged) || !Array.isArray(kept.honest)) return
    for (const margin of kept.honest.slice(-MAX_HONEST)) if (typeof margin === 'number') this.#honest.push(margin)
    this.#sorted.push(...this.#honest.toSorted((a, b) => a - b))
    for (const [label, margin, threshold] of kept.judged.slice(-MAX_JUDGED).filter(Array.isArray))
      if ((label === 'ham' || label === 'spam') && typeof margin === 'number')
        this.#judged.push({ label, margin, threshold: typeof threshold === 'number' ? threshold : undefined })
  }
}

const isTaken = ({ margin, threshold }: Judged): boolean => threshold !== undefined && margin > threshold && margin > 0

/** Where a number stands, or would stand, in ascending order. */
function placeOf(sorted: readonly number[], value: number): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((sorted[middle] ?? 0) < value) from = middle + 1
    else to = middle
  }
  return from
}
