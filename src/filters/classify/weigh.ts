/** Makes findings of what the classifier says of a message, for all its recipients or for some of them. */
import type { Judgement } from '../../classify/classifier.ts'
import { type ExtractedText, hasEnoughText } from '../../classify/features.ts'
import { identities } from '../../facts/identities.ts'
import { senderTrust } from '../../facts/trust.ts'
import { unexamined } from '../../facts/unexamined.ts'
import { type Finding, points } from '../../model/finding.ts'
import type { Message } from '../../model/stage.ts'
import {
  type ExplainedJudgement,
  FIRST_POINTS,
  hamPointsFor,
  hamReason,
  overlayReason,
  spamPointsFor,
  spamReason,
} from './finding.ts'
import type { ClassifySettings } from './options.ts'
import type { Overlaid } from './overlays.ts'

export { extract } from './extract.ts'

export interface Weighed {
  readonly settings: Pick<ClassifySettings, 'spamPoints' | 'hamPoints' | 'knownSenderPoints'>
  readonly message: Message
  readonly extracted: ExtractedText
  readonly explained: ExplainedJudgement
  /** Recipients whose overlay changes the judgement, and what it becomes. */
  readonly overlaid: readonly (Overlaid & { readonly judgement: Judgement })[]
}

/** The finding for all recipients, or one for each group of them. */
export async function findingsOf(weighed: Weighed): Promise<readonly (Finding | false)[]> {
  const { message, extracted, explained, overlaid } = weighed
  const site = await pointsOf(explained.judgement, weighed)
  const reason = site > 0 ? spamReason(explained) : hamReason(explained, extracted)
  const finding = findingFor(site, reason)
  if (overlaid.length === 0) return [finding]
  const others = new Set(message.forwardPaths)
  const own: (Finding | false)[] = []
  for (const { recipients, effect, judgement } of overlaid) {
    for (const recipient of recipients) others.delete(recipient)
    const value = await pointsOf(judgement, weighed)
    // The guarantee is the site's: what a few examples of one person add is bounded as the first examples of a site.
    const bounded = effect > 0 ? Math.min(value, rounded(site + FIRST_POINTS)) : value
    const found = findingFor(bounded, overlayReason(explained, effect))
    own.push(found && { ...found, recipients })
  }
  return [others.size > 0 && finding && { ...finding, recipients: [...others] }, ...own]
}

const findingFor = (value: number, reason: string): Finding | false =>
  value !== 0 && points(value, reason, { rule: value > 0 ? 'spam' : 'ham' })

/** Positive for spam, negative for honest mail. */
async function pointsOf(judgement: Judgement, { settings, message, extracted }: Weighed): Promise<number> {
  const { spamPoints, hamPoints, knownSenderPoints } = settings
  switch (judgement.verdict) {
    case 'spam': {
      const scaled = spamPointsFor(judgement, spamPoints)
      const isKnown = scaled > knownSenderPoints && (await isAuthenticatedAndKnown(message))
      return rounded(isKnown ? knownSenderPoints : scaled)
    }
    case 'ham': {
      const less = rounded(hamPointsFor(judgement, hamPoints))
      return less > 0 && (await isFullyExamined(message, extracted)) ? -less : 0
    }
    case 'unsure':
    case 'untrained':
      return 0
    default:
      return judgement.verdict satisfies never
  }
}

const rounded = (value: number): number => Math.round(value * 10) / 10

/** DMARC authenticates the author, and the sender has a good reputation or one of our users writes to them. */
async function isAuthenticatedAndKnown(message: Message): Promise<boolean> {
  const [{ author }, trust] = await Promise.all([message.ask(identities), message.ask(senderTrust)])
  return author !== undefined && trust === 'known'
}

/** Unseen text is not evidence of honest mail: too little text, or something beyond a limit. */
async function isFullyExamined(message: Message, extracted: ExtractedText): Promise<boolean> {
  return hasEnoughText(extracted) && (await message.ask(unexamined)).length === 0
}
