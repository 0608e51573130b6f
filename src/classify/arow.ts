/**
 * One linear model: adaptive regularisation of weights (AROW; Crammer, Kulesza, Dredze, NIPS 2009) with r = 1, on
 * binary features, each message scaled to length one. Every weight has a variance: weights of frequent features change
 * little.
 */
import { type Grams, SPACE } from './grams.ts'

/** The state of a model. Only the functions of this file write to it. */
export interface Arow {
  /** By feature: positive for spam, negative for ham. */
  readonly weights: Float32Array
  /** By feature: 1 where nothing is known, nearer to 0 with every example. */
  readonly variances: Float32Array
  /** The day on which a feature was last in an example. */
  readonly days: Uint16Array
}

/** What one example changed, so that it can be undone. */
export interface Step {
  /** The signed change of the weights; 0 if the model knew the example already. */
  readonly towards: number
  /** The decrease of the variances. */
  readonly shrunk: number
}

/** AROW's one parameter: the distrust in each example. */
const R = 1

/** A model learns nothing from an example that it knows with this margin. */
const MARGIN = 1

/** A model that knows nothing. */
export const newArow = (): Arow => ({
  weights: new Float32Array(SPACE),
  variances: new Float32Array(SPACE).fill(1),
  days: new Uint16Array(SPACE),
})

/** The margin of a message: positive for spam, negative for ham. */
export function marginOf({ weights }: Arow, grams: Grams): number {
  let sum = 0
  for (let index = 0; index < grams.length; index += 1) sum += weights[grams[index] ?? 0] ?? 0
  return grams.length === 0 ? 0 : sum / Math.sqrt(grams.length)
}

const NOTHING: Step = { towards: 0, shrunk: 0 }

/**
 * Moves the weights so that `grams` come nearer to the label (1 for spam, -1 for ham).
 *
 * @param limit the largest part of the distance: it bounds what a wrong label can do
 */
export function learn(model: Arow, grams: Grams, label: 1 | -1, limit: number): Step {
  const missing = MARGIN - label * marginOf(model, grams)
  if (missing <= 0 || grams.length === 0 || limit <= 0) return NOTHING
  const { weights, variances } = model
  let variance = 0
  for (let index = 0; index < grams.length; index += 1) variance += variances[grams[index] ?? 0] ?? 0
  const trust = 1 / (variance / grams.length + R)
  const towards = (label * Math.min(missing, limit) * trust) / Math.sqrt(grams.length)
  // An example with less weight makes the model less sure.
  const shrunk = (trust * Math.min(limit, 1)) / grams.length
  for (let index = 0; index < grams.length; index += 1) {
    const gram = grams[index] ?? 0
    const before = variances[gram] ?? 1
    weights[gram] = (weights[gram] ?? 0) + towards * before
    variances[gram] = before - shrunk * before * before
  }
  return { towards, shrunk }
}

/** Undoes a step: exactly if nothing was learned since, else approximately. */
export function unlearn({ weights, variances }: Arow, grams: Grams, { towards, shrunk }: Step): void {
  if (towards === 0) return
  for (let index = 0; index < grams.length; index += 1) {
    const gram = grams[index] ?? 0
    const after = variances[gram] ?? 1
    // The root of after = before - shrunk · before².
    const before =
      shrunk === 0 ? after : Math.min(1, (1 - Math.sqrt(Math.max(0, 1 - 4 * shrunk * after))) / (2 * shrunk))
    weights[gram] = (weights[gram] ?? 0) - towards * before
    variances[gram] = before
  }
}

/** Marks these features as in use. */
export function touch({ days }: Arow, grams: Grams, day: number): void {
  for (let index = 0; index < grams.length; index += 1) days[grams[index] ?? 0] = day
}

/** Halves the weights of features that no example had for `staleDays` days, again after as many more days. */
export function decay({ weights, variances, days }: Arow, day: number, staleDays: number): void {
  for (let gram = 0; gram < SPACE; gram += 1) {
    const variance = variances[gram] ?? 1
    if (variance === 1 || day - (days[gram] ?? 0) < staleDays) continue
    weights[gram] = (weights[gram] ?? 0) / 2
    variances[gram] = (1 + variance) / 2
    days[gram] = day
  }
}

/**
 * Merges several models: each weight is averaged by how much each model knows of it. A sum would count common mail
 * several times, and diverge.
 */
export function merge(models: readonly Arow[]): Arow {
  const merged = newArow()
  for (let gram = 0; gram < SPACE; gram += 1) {
    let known = 0
    let sum = 0
    let highest = 0
    let day = 0
    for (const { weights, variances, days } of models) {
      const precision = 1 / (variances[gram] ?? 1) - 1
      known += precision
      sum += precision * (weights[gram] ?? 0)
      highest = Math.max(highest, precision)
      day = Math.max(day, days[gram] ?? 0)
    }
    if (known === 0) continue
    merged.weights[gram] = sum / known
    merged.variances[gram] = 1 / (1 + highest)
    merged.days[gram] = day
  }
  return merged
}
