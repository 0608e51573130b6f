/** What the classifier's judgement costs a message, and how it is explained. */
import type { Judgement } from '../../classify/classifier.ts'
import type { Evidence } from '../../classify/explain.ts'
import { type ExtractedText, MAX_BODY_LENGTH } from '../../classify/features.ts'

/** A judgement with the words and traits that it weighs most. */
export interface ExplainedJudgement {
  readonly judgement: Judgement
  readonly evidence: readonly Evidence[]
}

/** The most points with the first examples of a site; those with imported examples alone follow. */
export const FIRST_POINTS = 1.5
const IMPORTED_POINTS = 2

/** From a probability of 97.5 % on a message has all points that its examples allow. */
const FULL_CONFIDENCE = 0.95

/**
 * Points for a message that reads like spam: from 1.5 with the first examples of the site to `most` where these
 * guarantee the asked share, and at most 2 on the word of imported examples.
 */
export function spamPointsFor({ basis, probability }: Judgement, most: number): number {
  const first = Math.min(FIRST_POINTS, most)
  const bySite = basis.site === undefined ? 0 : first + (most - first) * basis.site
  const byImports = basis.imported ? Math.min(IMPORTED_POINTS, most) : 0
  const confidence = Math.min(Math.max((2 * probability - 1) / FULL_CONFIDENCE, 0.5), 1)
  return Math.min(Math.max(bySite, byImports), most * confidence)
}

/** Points that are subtracted for a message that reads like honest mail: they grow in the same way, from 0. */
export const hamPointsFor = ({ basis }: Judgement, most: number): number => most * (basis.site ?? 0)

export const spamReason = ({ judgement, evidence }: ExplainedJudgement): string =>
  `reads like spam: ${backing(judgement)}; largest weights: ${evidence.map(describeEvidence).join(', ')}`

const backing = ({ basis }: Judgement): string =>
  basis.site === undefined
    ? 'imported examples say so, and too few honest ones of this site to guarantee anything'
    : `at most ${percent(basis.guarantee)} of the honest mail of this site does, by its recent examples`

export const hamReason = ({ judgement }: ExplainedJudgement, { text }: ExtractedText): string => {
  const share = `${percent(judgement.spamShare)} of the spam in the training looks as much like it`
  const part = text.length > MAX_BODY_LENGTH ? `; ${MAX_BODY_LENGTH} of ${text.length} characters were examined` : ''
  return `reads like honest mail: ${share}${part}`
}

/** For recipients who judge such mail otherwise than the site. */
export const overlayReason = ({ judgement, evidence }: ExplainedJudgement, effect: number): string =>
  `reads like ${effect > 0 ? 'spam' : 'honest mail'} by what these recipients have said before ` +
  `(${effect > 0 ? '+' : ''}${effect.toFixed(2)} to the margin of ${judgement.margin.toFixed(2)})` +
  (evidence.length === 0 ? '' : `; largest weights: ${evidence.map(describeEvidence).join(', ')}`)

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`

const describeEvidence = ({ view, word, weight }: Evidence): string =>
  `${view === 'traits' ? '' : `${view} `}${JSON.stringify(word)} ${weight > 0 ? '+' : ''}${weight.toFixed(2)}`
