/**
 * One expert: adaptive regularisation of weights (AROW; Crammer, Kulesza, Dredze, NIPS 2009) with r = 1 on features that
 * are there or not, each message scaled to length one. Every weight has a variance: what was seen often changes little.
 */
import { type Grams, SPACE } from './grams.ts'

/** The state of an expert. Only `learn`, `unlearn` and their kin write to it. */
export interface Arow {
  readonly weights: Float32Array
  /** 1 where nothing is known, towards 0 with every lesson. */
  readonly variances: Float32Array
  /** The day on which a feature was last in a lesson. */
  readonly days: Uint16Array
}

/** What one lesson did, so that it can be undone. */
export interface Step {
  /** How far the weights went, with its sign; 0 when the lesson was known already. */
  readonly towards: number
  /** How much of the variances went. */
  readonly shrunk: number
}

/** AROW's one parameter: how much a lesson is distrusted. */
const R = 1

/** A lesson ends when it is known with this margin. */
const MARGIN = 1

export const newArow = (): Arow => ({
  weights: new Float32Array(SPACE),
  variances: new Float32Array(SPACE).fill(1),
  days: new Uint16Array(SPACE),
})

/** Positive for spam, negative for ham. */
export function marginOf({ weights }: Arow, grams: Grams): number {
  let sum = 0
  for (let index = 0; index < grams.length; index += 1) sum += weights[grams[index] ?? 0] ?? 0
  return grams.length === 0 ? 0 : sum / Math.sqrt(grams.length)
}

const NOTHING: Step = { towards: 0, shrunk: 0 }

/**
 * Moves the weights so that `grams` come nearer to the label (1 for spam, -1 for ham).
 *
 * @param most how much of the distance one lesson may go at most: the bound on what a wrong label can do
 */
export function learn(expert: Arow, grams: Grams, label: 1 | -1, most: number): Step {
  const missing = MARGIN - label * marginOf(expert, grams)
  if (missing <= 0 || grams.length === 0 || most <= 0) return NOTHING
  const { weights, variances } = expert
  let variance = 0
  for (let index = 0; index < grams.length; index += 1) variance += variances[grams[index] ?? 0] ?? 0
  const trust = 1 / (variance / grams.length + R)
  const towards = (label * Math.min(missing, most) * trust) / Math.sqrt(grams.length)
  // A lesson that counts for less makes less sure, too.
  const shrunk = (trust * Math.min(most, 1)) / grams.length
  for (let index = 0; index < grams.length; index += 1) {
    const gram = grams[index] ?? 0
    const before = variances[gram] ?? 1
    weights[gram] = (weights[gram] ?? 0) + towards * before
    variances[gram] = before - shrunk * before * before
  }
  return { towards, shrunk }
}

/** Takes a step back: exactly when nothing was learned since, else as nearly as what was learned since leaves room for. */
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

/** Notes that these features are in use. */
export function touch({ days }: Arow, grams: Grams, day: number): void {
  for (let index = 0; index < grams.length; index += 1) days[grams[index] ?? 0] = day
}

/** Half of what no lesson has touched for `stale` days is forgotten, and half of the rest after as many again. */
export function fade({ weights, variances, days }: Arow, day: number, stale: number): void {
  for (let gram = 0; gram < SPACE; gram += 1) {
    const variance = variances[gram] ?? 1
    if (variance === 1 || day - (days[gram] ?? 0) < stale) continue
    weights[gram] = (weights[gram] ?? 0) / 2
    variances[gram] = (1 + variance) / 2
    days[gram] = day
  }
}

/**
 * One expert out of several, each weight averaged by how much each knows of it. To add up what each has learned would
 * count common mail several times, and diverges.
 */
export function merge(experts: readonly Arow[]): Arow {
  const merged = newArow()
  for (let gram = 0; gram < SPACE; gram += 1) {
    let known = 0
    let sum = 0
    let most = 0
    let day = 0
    for (const { weights, variances, days } of experts) {
      const knows = 1 / (variances[gram] ?? 1) - 1
      known += knows
      sum += knows * (weights[gram] ?? 0)
      most = Math.max(most, knows)
      day = Math.max(day, days[gram] ?? 0)
    }
    if (known === 0) continue
    merged.weights[gram] = sum / known
    merged.variances[gram] = 1 / (1 + most)
    merged.days[gram] = day
  }
  return merged
}
