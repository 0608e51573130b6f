/** What a classifier says about a message, and what an example has changed. */
import type { Label } from '../model/feedback.ts'
import type { Step } from './arow.ts'

/** What a classifier says about a message. */
export interface Judgement {
  /** The sum of the margins of the models: positive for spam, negative for ham. */
  readonly margin: number
  /** The margin of each model. */
  readonly margins: readonly number[]
  /** The probability that the message is spam, given the mail of the training. */
  readonly probability: number
  /** The share of the ham in the training that looked at least as much like spam, this message included. */
  readonly hamShare: number
  /** The share of the spam in the training that looked at least as much like ham, this message included. */
  readonly spamShare: number
  /** `untrained` while there are too few examples of either kind for any verdict. */
  readonly verdict: 'spam' | 'ham' | 'unsure' | 'untrained'
  /** What the verdict is based on. */
  readonly basis: Basis
}

/** What stands behind a verdict: the more, the more points it deserves. */
export interface Basis {
  /**
   * From 0, with the first examples of the site that allow a verdict, to 1, where they guarantee the asked share;
   * undefined where they are too few, or do not support the verdict.
   */
  readonly site: number | undefined
  /** Imported examples support the verdict. They guarantee nothing. */
  readonly imported: boolean
  /** The share of the honest mail of this site that is judged as spam, at most; 1 where nothing is known. */
  readonly guarantee: number
}

/** How an example is learned. */
export interface LearnOptions {
  /** The trust in the reporter, from 0 to 1: it limits the size of the update. @default 1 */
  readonly weight?: number
  /** It is no recent mail of this site: it gives features their weights, and no guarantee. @default false */
  readonly imported?: boolean
}

/** What one example changed. `Classifier.unlearn` takes it with the same features. */
export interface ModelUpdate {
  /** The label of the example. */
  readonly label: Label
  /** The margin before the update. */
  readonly margin: number
  /** The update of each model. */
  readonly steps: readonly Step[]
  /** The number of the example in the replay buffer; 0 if it is not there, -1 if a snapshot came between. */
  readonly example: number
  /** The example counts for the false positive target. */
  readonly isCounted: boolean
  /** The example is no recent mail of this site. */
  readonly imported?: boolean
}
