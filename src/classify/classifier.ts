/** An online classifier: three experts whose margins are added, a promise about honest mail, and lessons that can be undone. */

import type { Label } from '../model/feedback.ts'
import { checked } from '../model/options.ts'
import * as expert from './arow.ts'
import { newCalibration } from './calibration.ts'
import { type FalsePositiveTarget, promiseSchema } from './false-positive-target.ts'
import { VIEWS } from './features.ts'
import type { Features } from './packing.ts'
import { newQuantiles } from './quantiles.ts'
import { newReplay } from './replay.ts'
import { decode, encode, type State } from './snapshot.ts'

/** What a classifier makes of a message. */
export interface Judgement {
  /** The sum of the experts' margins: positive for spam, negative for ham. */
  readonly margin: number
  /** Of each expert. */
  readonly margins: readonly number[]
  /** That it is spam, as of the mail that was taught. */
  readonly probability: number
  /** The share of the ham taught that looked at least so much like spam, this message counted in. */
  readonly hamShare: number
  /** The share of the spam taught that looked at least so much like ham, this message counted in. */
  readonly spamShare: number
  /** `untaught` while it has seen too little of either kind to keep its promise. */
  readonly verdict: 'spam' | 'ham' | 'unsure' | 'untaught'
}

/** What a lesson has done: give it to {@link Classifier.unlearn} with the same features.  */
export interface Learned {
  readonly label: Label
  /** Before the lesson. */
  readonly margin: number
  readonly steps: readonly expert.Step[]
  /** Its number among those that are gone through again; 0 for none. */
  readonly example: number
  /** It moved the promise. */
  readonly isCounted: boolean
}

export interface Classifier {
  judge(features: Features): Judgement
  /**
   * @param day days since 1970, for what goes stale
   * @param weight how far the teacher is trusted, from 0 to 1: a lesson goes no further than that
   */
  learn(features: Features, label: Label, day: number, weight?: number): Learned
  /** Exact when nothing was learned since. */
  unlearn(features: Features, learned: Learned): void
  /** Forgets by half what no lesson has touched for `stale` days. */
  fade(day: number, stale: number): void
  /** A snapshot of all that it knows. */
  export(): Buffer
  /** Knows from now on what the snapshot knows, and nothing else. @throws PosternError when it is damaged */
  import(snapshot: Uint8Array): void
  /** Learns what other nodes have learned: each weight is averaged by how much each of them knows of it. */
  merge(snapshots: readonly Uint8Array[]): void
  /** The weight of one feature in one view. */
  weightOf(view: number, gram: number): number
  /** Another one after each `import` and `merge`: what was learned before can no longer be taken back. */
  readonly generation: number
  /** How many lessons of each kind. */
  readonly learned: { readonly ham: number; readonly spam: number }
}

/** How many older lessons are gone through before a new one. */
const REPLAYED = 8

/** How far one lesson may go, in margins. */
const STEP = 2

/** A lesson that contradicts the model by more than this is perhaps mistaken, and goes less far. */
const CONTRADICTION = 3
const STEP_AGAINST = 0.5

/**
 * A lesson that contradicts the model by more than this does not move the promise: one wrong label in a hundred would else silence
 * it. Of honest mail about 3 in 10,000 read so much like spam.
 */
const DOUBTFUL = 2.5

/** What teachers below this trust say is not gone through again, and does not move the promise. */
const TRUSTED = 0.5

const signOf = (label: Label): 1 | -1 => (label === 'spam' ? 1 : -1)

/**
 * @throws PosternError when what is to be promised cannot be
 * @example
 * const classifier = newClassifier({ falsePositives: 0.001 })
 * classifier.merge([await readFile('node-1.postern'), await readFile('node-2.postern')])
 */
export function newClassifier(options: FalsePositiveTarget = {}): Classifier {
  const { falsePositives = 0.005, enough = 100 } = checked(promiseSchema, options)
  let experts = VIEWS.map(expert.newArow)
  let hamTail = newQuantiles(falsePositives)
  let spamTail = newQuantiles(falsePositives)
  let calibration = newCalibration()
  let replay = newReplay()
  let learned = { ham: 0, spam: 0 }
  let generation = 0

  const tailOf = (label: Label) => (label === 'ham' ? hamTail : spamTail)
  const marginsOf = (features: Features): number[] =>
    experts.map((one, view) => expert.marginOf(one, features[view] ?? NONE))
  const step = (features: Features, label: Label, most: number): expert.Step[] =>
    experts.map((one, view) => expert.learn(one, features[view] ?? NONE, signOf(label), most))

  /** Older lessons that the model still agrees with: those it contradicts may have been mistaken. */
  const goThroughAgain = (): void => {
    for (let count = 0; count < REPLAYED; count += 1) {
      const example = replay.pick()
      if (example === undefined) return
      const { features, label } = example
      if (signOf(label) * sum(marginsOf(features)) >= 0) step(features, label, STEP)
    }
  }

  const state = (): State => ({
    models: experts,
    ...learned,
    hamQuantiles: hamTail.export(),
    spamQuantiles: spamTail.export(),
    calibration: calibration.export(),
    examples: replay.examples,
  })
  const become = (next: State): void => {
    generation += 1
    experts = [...next.models]
    learned = { ham: next.ham, spam: next.spam }
    hamTail = newQuantiles(falsePositives, next.hamQuantiles)
    spamTail = newQuantiles(falsePositives, next.spamQuantiles)
    calibration = newCalibration(next.calibration)
    replay = newReplay(next.examples)
  }

  const verdictOf = (margin: number): Judgement['verdict'] => {
    const spamFrom = hamTail.threshold()
    const hamFrom = -spamTail.threshold()
    if (learned.ham < enough || learned.spam < enough || spamFrom === Number.POSITIVE_INFINITY) return 'untaught'
    if (margin >= spamFrom && margin > 0) return 'spam'
    return margin <= hamFrom && margin < 0 ? 'ham' : 'unsure'
  }

  return {
    judge: features => {
      const margins = marginsOf(features)
      const margin = sum(margins)
      return {
        margin,
        margins,
        probability: calibration.probability(margin),
        hamShare: hamTail.share(margin),
        spamShare: spamTail.share(-margin),
        verdict: verdictOf(margin),
      }
    },
    learn: (features, label, day, weight = 1) => {
      const margins = marginsOf(features)
      const margin = sum(margins)
      const isTrusted = weight >= TRUSTED
      const isCounted = isTrusted && signOf(label) * margin > -DOUBTFUL
      if (isTrusted) tailOf(label).add(signOf(label) * -margin, !isCounted)
      if (isTrusted) calibration.add(margin, label)
      learned = { ...learned, [label]: learned[label] + 1 }
      if (margins.some(one => signOf(label) * one < 1)) goThroughAgain()
      const most = (signOf(label) * margin < -CONTRADICTION ? STEP_AGAINST : STEP) * Math.min(Math.max(weight, 0), 1)
      const steps = step(features, label, most)
      for (const [view, one] of experts.entries()) expert.touch(one, features[view] ?? NONE, day)
      const example = isTrusted ? replay.add({ features, label }) : 0
      return { label, margin, steps, example, isCounted }
    },
    unlearn: (features, { label, margin, steps, example, isCounted }) => {
      for (const [view, one] of experts.entries())
        expert.unlearn(one, features[view] ?? NONE, steps[view] ?? { towards: 0, shrunk: 0 })
      if (example > 0) {
        replay.remove(example)
        tailOf(label).remove(signOf(label) * -margin, !isCounted)
      }
      learned = { ...learned, [label]: Math.max(learned[label] - 1, 0) }
    },
    fade: (day, stale) => {
      for (const one of experts) expert.fade(one, day, stale)
    },
    export: () => encode(state()),
    import: snapshot => become(decode(snapshot)),
    merge: snapshots => become(merged([state(), ...snapshots.map(decode)])),
    weightOf: (view, gram) => experts[view]?.weights[gram] ?? 0,
    get generation() {
      return generation
    },
    get learned() {
      return learned
    },
  }
}

const NONE = new Uint16Array()

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** What several know together. The margins of each were measured on its own mail, so those of the best taught stand for all. */
function merged(states: readonly State[]): State {
  const best = states.reduce((a, b) => (b.ham + b.spam > a.ham + a.spam ? b : a))
  return {
    ...best,
    models: VIEWS.map((_, view) => expert.merge(states.flatMap(({ models }) => models[view] ?? []))),
  }
}
