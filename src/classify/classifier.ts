/**
 * An online classifier: linear models whose margins are added, a guarantee that grows with the honest mail of the site,
 * and updates that can be undone.
 */

import type { Label } from '../model/feedback.ts'
import { checked } from '../model/options.ts'
import * as arow from './arow.ts'
import { Calibration } from './calibration.ts'
import { type FalsePositiveTarget, falsePositiveSchema } from './false-positive-target.ts'
import { VIEWS } from './features.ts'
import type { Judgement, LearnOptions, ModelUpdate } from './judgement.ts'
import { Margins } from './margins.ts'
import type { Features } from './packing.ts'
import { ReplayBuffer } from './replay.ts'
import { decode, encode, type State } from './snapshot.ts'
import { ViewWeights } from './view-weights.ts'

export type { Basis, Judgement, LearnOptions, ModelUpdate } from './judgement.ts'

/** A classifier of mail that learns from one example at a time. */
export interface Classifier {
  /**
   * Judges a message and learns nothing.
   *
   * @param shift is added to the margin: what a user or domain judges otherwise than the site. @default 0
   */
  judge(features: Features, shift?: number): Judgement
  /**
   * Learns one example.
   *
   * @param day days since 1970, for what becomes stale
   */
  learn(features: Features, label: Label, day: number, options?: LearnOptions): ModelUpdate
  /** Undoes an update; exactly if nothing was learned since. */
  unlearn(features: Features, update: ModelUpdate): void
  /**
   * Halves the weights of features that no example had for `staleDays` days. Examples that are older no longer count
   * for the guarantee.
   */
  decay(day: number, staleDays: number): void
  /** The guarantee begins anew, with the newest honest examples alone: those before do not stand for today's mail. */
  restartGuarantee(): void
  /** Returns a snapshot of the whole state. */
  export(): Buffer
  /**
   * Replaces the whole state by a snapshot.
   *
   * @returns whether an older version wrote it: then its weights are kept, and its guarantee begins anew
   * @throws PosternError when the snapshot is damaged, or of a version that is not known
   */
  import(snapshot: Uint8Array): { readonly isOlder: boolean }
  /**
   * Adds what other nodes have learned: each weight is averaged by how much each node knows of it.
   *
   * @throws PosternError when a snapshot is damaged
   */
  merge(snapshots: readonly Uint8Array[]): void
  /** The share of honest mail that may be judged as spam. */
  readonly falsePositives: number
  /** How far the examples of this site are on their way to guarantee that, from 0 to 1; see {@link Basis}. */
  readonly grade: number | undefined
  /** The weight of one feature in one view. */
  weightOf(view: number, gram: number): number
  /** Changes with each `import` and `merge`: earlier updates can no longer be undone. */
  readonly generation: number
  /** The number of examples of each kind. */
  readonly exampleCounts: { readonly ham: number; readonly spam: number }
}

/** Earlier examples that are replayed before a new one. */
const REPLAYED = 8

/** The largest update of one example, in margins. */
const MAX_STEP = 2

/** An example that contradicts the model by more than this may be mislabelled: its update is smaller. */
const CONTRADICTION = 3
const MAX_CONTRADICTING_STEP = 0.5

/**
 * An example that contradicts the model by more than this does not move the threshold: otherwise one wrong label in a
 * hundred would silence the classifier. About 3 in 10,000 honest messages look so much like spam.
 */
const DOUBTFUL = 2.5

/** Examples of reporters below this trust are not replayed, and do not move the threshold. */
const MIN_TRUST = 0.5

/** The sign that the margin of a message with this label should have. */
const signOf = (label: Label): 1 | -1 => (label === 'spam' ? 1 : -1)

/**
 * Makes a classifier that knows nothing.
 *
 * @throws PosternError when an option is wrong
 * @example
 * const classifier = newClassifier({ falsePositives: 0.001 })
 * classifier.merge([await readFile('node-1.postern'), await readFile('node-2.postern')])
 */
export function newClassifier(options: FalsePositiveTarget = {}): Classifier {
  const { falsePositives = 0.005, minExamples = 100 } = checked(falsePositiveSchema, options)
  return new OnlineClassifier(falsePositives, minExamples)
}

class OnlineClassifier implements Classifier {
  generation = 0
  exampleCounts = { ham: 0, spam: 0 }
  readonly falsePositives: number
  readonly #minExamples: number
  #models: readonly arow.Arow[] = VIEWS.map(arow.newArow)
  #margins: Margins
  #calibration = new Calibration()
  #weights = new ViewWeights()
  #replay = new ReplayBuffer()

  constructor(falsePositives: number, minExamples: number) {
    this.falsePositives = falsePositives
    this.#minExamples = minExamples
    this.#margins = new Margins({ falsePositives, minExamples })
  }

  judge(features: Features, shift = 0): Judgement {
    const margins = this.#weights.weighted(this.#marginsOf(features))
    const margin = sum(margins) + shift
    return {
      margin,
      margins,
      probability: this.#calibration.probability(margin),
      ...this.#margins.judge(margin, this.exampleCounts.spam),
    }
  }

  learn(features: Features, label: Label, day: number, options: LearnOptions = {}): ModelUpdate {
    const { weight = 1, imported = false } = options
    const sign = signOf(label)
    const margins = this.#marginsOf(features)
    const margin = sum(this.#weights.weighted(margins))
    const isTrusted = weight >= MIN_TRUST
    const isCounted = isTrusted && sign * margin > -DOUBTFUL
    if (isTrusted) {
      this.#margins.add(margin, { label, imported, day, isDoubtful: !isCounted })
      this.#calibration.add(margin, label)
      this.#weights.add(margins, sign)
    }
    this.exampleCounts = { ...this.exampleCounts, [label]: this.exampleCounts[label] + 1 }
    this.#replayExamples()
    const limit = sign * margin < -CONTRADICTION ? MAX_CONTRADICTING_STEP : MAX_STEP
    const steps = this.#step(features, label, limit * Math.min(Math.max(weight, 0), 1))
    for (const [view, model] of this.#models.entries()) arow.touch(model, features[view] ?? NO_GRAMS, day)
    const example = isTrusted ? this.#replay.add({ features, label }) : 0
    return { label, margin, steps, example, isCounted, ...(imported && { imported }) }
  }

  unlearn(features: Features, update: ModelUpdate): void {
    const { label, margin, steps, example, isCounted, imported = false } = update
    for (const [view, model] of this.#models.entries()) {
      arow.unlearn(model, features[view] ?? NO_GRAMS, steps[view] ?? { towards: 0, shrunk: 0 })
    }
    if (example !== 0) {
      if (example > 0) this.#replay.remove(example)
      else this.#replay.removeEqual({ features, label })
      this.#margins.remove(margin, { label, imported, isDoubtful: !isCounted })
    }
    this.exampleCounts = { ...this.exampleCounts, [label]: Math.max(this.exampleCounts[label] - 1, 0) }
  }

  decay(day: number, staleDays: number): void {
    for (const model of this.#models) arow.decay(model, day, staleDays)
    this.#margins.expire(day - staleDays)
  }

  restartGuarantee(): void {
    this.#margins.restart()
  }

  export(): Buffer {
    return encode(this.#state())
  }

  import(snapshot: Uint8Array): { readonly isOlder: boolean } {
    const { isOlder, ...state } = decode(snapshot)
    this.#replaceState(state)
    return { isOlder }
  }

  merge(snapshots: readonly Uint8Array[]): void {
    this.#replaceState(merged([this.#state(), ...snapshots.map(decode)]))
  }

  weightOf(view: number, gram: number): number {
    return (this.#models[view]?.weights[gram] ?? 0) * this.#weights.of(view)
  }

  get grade(): number | undefined {
    return this.#margins.grade(this.exampleCounts.spam)
  }

  #marginsOf(features: Features): number[] {
    return this.#models.map((model, view) => arow.marginOf(model, features[view] ?? NO_GRAMS))
  }

  #step(features: Features, label: Label, limit: number): arow.Step[] {
    return this.#models.map((model, view) => arow.learn(model, features[view] ?? NO_GRAMS, signOf(label), limit))
  }

  /** Replays earlier examples that the model agrees with: those that it contradicts may be mislabelled. */
  #replayExamples(): void {
    for (let count = 0; count < REPLAYED; count += 1) {
      const example = this.#replay.pick()
      if (example === undefined) return
      const { features, label } = example
      if (signOf(label) * sum(this.#weights.weighted(this.#marginsOf(features))) >= 0)
        this.#step(features, label, MAX_STEP)
    }
  }

  #state(): State {
    return {
      models: this.#models,
      ...this.exampleCounts,
      margins: this.#margins.export(),
      calibration: this.#calibration.export(),
      losses: this.#weights.export(),
      examples: this.#replay.examples,
    }
  }

  #replaceState(next: State): void {
    this.generation += 1
    this.#models = next.models
    this.exampleCounts = { ham: next.ham, spam: next.spam }
    this.#margins = new Margins({
      falsePositives: this.falsePositives,
      minExamples: this.#minExamples,
      exported: next.margins,
    })
    this.#calibration = new Calibration(next.calibration)
    this.#weights = new ViewWeights(next.losses)
    this.#replay = new ReplayBuffer(next.examples)
  }
}

const NO_GRAMS = new Uint16Array()

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/**
 * The state that several nodes have together. Each node measured margins on its own mail: those of the node with the
 * most examples stand for all.
 */
function merged(states: readonly State[]): State {
  const best = states.reduce((a, b) => (b.ham + b.spam > a.ham + a.spam ? b : a))
  return {
    ...best,
    models: VIEWS.map((_, view) => arow.merge(states.flatMap(({ models }) => models[view] ?? []))),
  }
}
