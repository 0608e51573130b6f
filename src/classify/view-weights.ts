/**
 * What the margin of each view counts for: the text always counts whole, the traits between a half and all, by how
 * often they are right at this site.
 */
import { VIEWS } from './features.ts'

const TRAITS = VIEWS.indexOf('traits')

/** The weight of earlier examples after each new one: half after some 350. */
const DECAY = 0.998
/** The loss of a view that nothing is known of. */
const PRIOR = 0.5
const MIN_WEIGHT = 0.5
/** Traits that are as good as the best view of the text count this much, and whole where they are twice as good. */
const EQUAL_WEIGHT = 0.5
/** Far beyond the loss of any example. */
const MAX_LOSS = 100

/** Tells whether numbers can be the losses of the views. */
export const areLosses = (losses: unknown): losses is readonly number[] =>
  Array.isArray(losses) &&
  losses.length === VIEWS.length &&
  losses.every(loss => typeof loss === 'number' && loss >= 0 && loss <= MAX_LOSS)

/** The losses of views that nothing is known of. */
export const unknownLosses = (): number[] => VIEWS.map(() => PRIOR)

/** The mean hinge loss of each view on the examples before they were learned, and the weights that follow from it. */
export class ViewWeights {
  readonly #losses: number[]
  #ofTraits = MIN_WEIGHT

  /** @param exported the result of {@link ViewWeights.export} */
  constructor(exported: readonly number[] = unknownLosses()) {
    this.#losses = [...exported]
    this.#weigh()
  }

  /** @param margins of the views alone, before the example was learned @param sign 1 for spam, -1 for ham */
  add(margins: readonly number[], sign: 1 | -1): void {
    for (const [view, margin] of margins.entries()) {
      const loss = Math.min(Math.max(0, 1 - sign * margin), MAX_LOSS)
      this.#losses[view] = (this.#losses[view] ?? PRIOR) * DECAY + loss * (1 - DECAY)
    }
    this.#weigh()
  }

  /** The margins as they are added. */
  weighted(margins: readonly number[]): number[] {
    return margins.map((margin, view) => margin * this.of(view))
  }

  /** The weight of one view. */
  of(view: number): number {
    return view === TRAITS ? this.#ofTraits : 1
  }

  export(): readonly number[] {
    return [...this.#losses]
  }

  #weigh(): void {
    const ofText = Math.min(...this.#losses.filter((_, view) => view !== TRAITS))
    const ratio = (EQUAL_WEIGHT * ofText) / Math.max(this.#losses[TRAITS] ?? PRIOR, Number.EPSILON)
    this.#ofTraits = Math.min(Math.max(ratio, MIN_WEIGHT), 1)
  }
}
