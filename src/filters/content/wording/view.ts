/** What the rules of the wording look at: a message and its phrases. */
import { quoteList } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'
import type { Kind } from './kinds.ts'
import type { ListName } from './lists.ts'
import type { Nearby, Phrases } from './phrases.ts'

/** A message and its phrases. */
export interface WordingView extends MessageView {
  readonly phrases: Phrases<ListName>
}

/** A rule about the wording. */
export type WordingRuleOf = Rule<WordingView>

/** The message has a web link to click, an attachment, or a picture, which may show a code to scan. */
export const hasWayOut = ({ clicks, parts }: WordingView): boolean =>
  clicks.length > 0 ||
  parts.all.some(({ disposition, contentType }) => disposition === 'attachment' || contentType.startsWith('image/'))

/** The phrases of a kind where the message claims and requests in one passage. */
export const passage = ({ phrases }: WordingView, kind: Kind, nearby: Nearby): readonly string[] =>
  phrases.nearby(`${kind}/claim`, `${kind}/request`, nearby)

/** Finds a kind by at least one claim and one request, and `together` distinct phrases. */
export const claimsAndRequests =
  (kind: Kind, together: number, what: string, applies: (view: WordingView) => boolean = () => true) =>
  (view: WordingView): string | undefined => {
    const found = passage(view, kind, { min: [1, 1], together })
    return found.length > 0 && applies(view) ? `the text ${what}: ${quoteList(found)}` : undefined
  }
