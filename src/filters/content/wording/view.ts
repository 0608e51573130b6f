/** What the rules of the wording look at: a message and its phrases. */
import { quote, quoteList } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'
import type { Kind } from './kinds.ts'
import type { ListName } from './lists.ts'
import type { PhrasedText } from './message-phrases.ts'
import type { Nearby, Phrases } from './phrases.ts'

/** A message and its phrases. */
export interface WordingView extends MessageView {
  readonly phrases: Phrases<ListName>
  /** The beginnings of attached documents. */
  readonly documents: readonly PhrasedText[]
}

/** A rule about the wording. */
export type WordingRuleOf = Rule<WordingView>

/** The message has a web link to click, an attachment, or a picture, which may show a code to scan. */
export const hasWayOut = ({ clicks, parts }: WordingView): boolean =>
  clicks.length > 0 ||
  parts.all.some(({ disposition, contentType }) => disposition === 'attachment' || contentType.startsWith('image/'))

/** The phrases of a kind where the message claims and requests in one passage. */
export const passage = ({ phrases }: Pick<WordingView, 'phrases'>, kind: Kind, nearby: Nearby): readonly string[] =>
  phrases.nearby(`${kind}/claim`, `${kind}/request`, nearby)

/** A passage, and the text that has it. */
export interface FoundPassage {
  readonly phrases: readonly string[]
  /** Where it stands: `the text`, or `the text of “invoice.pdf”`. */
  readonly where: string
  /** That text. */
  readonly text: string
}

/** The passages of a kind: at most one of the message, and one of each document. */
export function* passages(view: WordingView, kind: Kind, nearby: Nearby): Generator<FoundPassage> {
  const { shown, documents } = view
  const own = passage(view, kind, nearby)
  if (own.length > 0) yield { phrases: own, where: 'the text', text: shown }
  for (const document of documents) {
    const phrases = passage(document, kind, nearby)
    const where = `the text of ${quote(document.file ?? '')}`
    if (phrases.length > 0) yield { phrases, where, text: document.shown }
  }
}

/** Finds a kind by at least one claim and one request, and `together` distinct phrases. */
export const claimsAndRequests =
  (kind: Kind, together: number, what: string, applies: (view: WordingView) => boolean = () => true) =>
  (view: WordingView): string | undefined => {
    for (const { phrases, where } of passages(view, kind, { min: [1, 1], together }))
      if (applies(view)) return `${where} ${what}: ${quoteList(phrases)}`
    return undefined
  }
