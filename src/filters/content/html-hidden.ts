/** Rules for text that a reader does not see, or sees otherwise than a filter. */
import type { HtmlReading } from '../../html/reading.ts'
import { wordsOf } from '../../links/words.ts'
import type { Rule } from '../rules/rule.ts'
import type { MessageView } from '../rules/view.ts'
import { partsDiffer } from './html-parts.ts'
import { sum } from './html-view.ts'

export const hidden = {
  'html/hidden-text': {
    group: 'hidden',
    fires:
      'At least 400 letters are hidden by size, colour, position or display, in words that are not visible; a reply may hide 2,000.',
    points: 1.5,
    max: 3,
    find: seen => {
      const letters = ownHiddenLetters(seen)
      const isReply = seen.header.all('in-reply-to').length > 0 || seen.header.all('references').length > 0
      return (
        letters >= (isReply ? 2000 : 400) && `${letters} letters are hidden, in words that are not visible elsewhere`
      )
    },
  },
  'html/obfuscated-words': {
    group: 'hidden',
    fires:
      'The visible text has ten or more invisible characters or direction marks inside words, or look-alike letters.',
    points: 2.5,
    find: ({ text: { counts, visible } }) => {
      const { invisible, bidi, confusable } = counts
      // Each match has an invisible character after a Latin letter, which `invisible` counts.
      const inside =
        invisible === 0
          ? 0
          : (visible.slice(0, 262_144).match(/[a-z][\u200b\u200c\u2060\ufeff]{1,3}[a-z]/gi)?.length ?? 0)
      return (
        inside + bidi + confusable >= 10 &&
        `${inside + bidi + confusable} characters in the text are invisible or look like other letters`
      )
    },
  },
  'html/split-words': {
    group: 'hidden',
    fires:
      'At least five comments, 15 elements or 40 unnecessary entities are inside of words: they cut words for filters.',
    points: 1,
    max: 2.5,
    find: seen => {
      const comments = sum(seen, ({ counts }) => counts.commentsInWords)
      if (comments >= 5) return `${comments} comments are inside of words`
      const elements = sum(seen, ({ counts }) => counts.elementsInWords)
      if (elements >= 15) return `${elements} words are cut by elements`
      const needless = sum(seen, ({ counts }) => counts.needlessEntities)
      return needless >= 40 && `${needless} plain letters are written as numeric entities`
    },
  },
  'html/parts-differ': {
    group: 'hidden',
    fires: 'The plain text and the HTML of an alternative have hardly a word in common; short notes are exempt.',
    points: 1,
    max: 2.5,
    find: seen => {
      const found = partsDiffer(seen)
      return found && `of ${found.compared} words of the plain text the HTML has ${found.shared}`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

/** Characters of hidden and of visible text that are compared. */
const MAX_COMPARED = 131_072

/**
 * The letters of hidden words that are not visible. A copy for mobile or dark display has the words of the visible
 * text, and previews are short.
 */
function ownHiddenLetters(seen: MessageView): number {
  const hiddenCharacters = sum(seen, ({ hidden }) => hiddenIn(hidden))
  if (hiddenCharacters < 400) return 0
  const visible = wordsOf(seen.text.visible.slice(0, MAX_COMPARED))
  const known = new Set(visible.hashes.subarray(0, visible.count))
  const hiddenText = wordsOf(
    seen.html
      .map(({ hiddenText }) => hiddenText)
      .join('\n')
      .slice(0, MAX_COMPARED),
  )
  let letters = 0
  for (let at = 0; at < hiddenText.count; at++) {
    if (!known.has(hiddenText.hashes[at] as number))
      letters += (hiddenText.stops[at] as number) - (hiddenText.starts[at] as number)
  }
  return Math.min(letters, hiddenCharacters)
}

const hiddenIn = ({
  'not-displayed': not,
  tiny,
  'same-colour': same,
  'off-page': off,
}: HtmlReading['hidden']): number => not + tiny + same + off
