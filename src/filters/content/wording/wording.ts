/** Reports phrases of fraud and of unsolicited advertising. Words alone never lead to a refusal. */

import type { WordTable } from '../../../links/words.ts'
import { visibleEnd } from '../../../mime/decode/blanks.ts'
import type { Filter } from '../../../model/filter.ts'
import { quote, quoteList } from '../../rules/quote.ts'
import { checkedRules, type RuleOptions, type RuleSet } from '../../rules/rule.ts'
import { messageView } from '../../rules/view.ts'
import { contentFilter } from '../content-filter.ts'
import { WORDING_POINTS } from '../measured-points.ts'
import { fraudRules } from './fraud.ts'
import { documentPhrases, messagePhrases } from './message-phrases.ts'
import { offerRules, several } from './offers.ts'
import type { WordingView } from './view.ts'

/** Options of {@link wording}. */
export interface WordingOptions extends RuleOptions<WordingRule> {}

/** The rules of {@link wording}. */
export type WordingRule = keyof typeof wordingRules.rules

/**
 * Reports phrases of fraud and of unsolicited advertising.
 *
 * @example
 * wording({ points: { 'wording/advertising': 'off' } })
 * @throws PosternError when an option names no rule, or a consequence that makes no sense
 */
export const wording = (options: WordingOptions = {}): Filter =>
  contentFilter(wordingRules, checkedRules(wordingRules, options, {}))

/** @internal */
export const wordingRules = {
  name: 'wording',
  about: 'Phrases of fraud and of unsolicited advertising.',
  caps: { fraud: 6, threat: 2.5, offers: 3, disclaimer: 2, advertising: 1.5, unexamined: 3 },
  measured: WORDING_POINTS,
  view: async (message): Promise<WordingView> => {
    const [seen, phrases, documents] = await Promise.all([
      message.ask(messageView),
      message.ask(messagePhrases),
      message.ask(documentPhrases),
    ])
    return { ...seen, phrases: phrases(), documents: documents() }
  },
  rules: {
    ...fraudRules,
    ...offerRules,
    'wording/unexamined': {
      group: 'unexamined',
      fires: 'The text has more beginnings of phrases than are compared, so that phrases behind them are not examined.',
      points: 3,
      find: ({ phrases, documents }) =>
        [phrases, ...documents.map(document => document.phrases)].some(({ isCut }) => isCut) &&
        'not examined: phrases behind too many beginnings of phrases',
    },
    'wording/spam-disclaimer': {
      group: 'disclaimer',
      fires:
        'The text explains why it is not spam, or how to be removed, and the message has no List-Unsubscribe field.',
      points: 1,
      max: 0.7,
      find: seen => !seen.list && several('spamDisclaimer', 1, 'has phrases of a spam disclaimer')(seen),
    },
    'wording/spam-disclaimer-strong': {
      group: 'disclaimer',
      fires: 'The text has at least three such phrases.',
      points: 1,
      max: 0.8,
      find: seen => !seen.list && several('spamDisclaimer', 3, 'has phrases of a spam disclaimer')(seen),
    },
    'wording/generic-greeting': {
      group: 'advertising',
      fires: 'The greeting is generic and has no name: a friend, a customer, an owner, an address.',
      points: 0.5,
      max: 1,
      find: ({ words, subject }) => {
        const greeting = GREETING.exec(words.slice(subject.length, subject.length + 400))?.[0]
        return greeting !== undefined && `the greeting is generic: ${quote(greeting.trim())}`
      },
    },
    'wording/subject-offer': {
      group: 'advertising',
      fires: 'The subject promises at least two things: money, savings, health, a loan, something free.',
      points: 0.5,
      max: 1,
      find: ({ subject, words }) => {
        const found = new Set(words.slice(0, Math.min(subject.length, 200)).match(OFFER))
        return found.size >= 2 && `the subject promises: ${quoteList([...found])}`
      },
    },
    'wording/advertising': {
      group: 'advertising',
      fires: 'The text has at least four phrases of advertising.',
      points: 0.5,
      max: 0.5,
      find: several('advertising', 4, 'advertises'),
    },
    'wording/advertising-strong': {
      group: 'advertising',
      fires: 'The text has at least eight phrases of advertising.',
      points: 0.5,
      max: 0.7,
      find: several('advertising', 8, 'advertises'),
    },
    'wording/exclamation-marks': {
      group: 'advertising',
      fires: 'The text has three exclamation marks in a row, or more than one in a hundred characters.',
      points: 0.5,
      max: 0.7,
      find: ({ shown }) => {
        const start = shown.slice(0, 5000)
        const count = start.match(/!/g)?.length ?? 0
        return (count > 3 && count * 100 > start.length) || start.includes('!!!')
          ? `the text has ${count} exclamation marks`
          : undefined
      },
    },
    'wording/spaced-letters': {
      group: 'offers',
      fires: 'A word has blanks, dots or signs between its letters.',
      points: 1,
      find: ({ shown, subject, wordTable }) => {
        if (!hasSingleLetters(wordTable)) return undefined
        const word = /(?<![\w'])[a-z](?:[ .*_-][a-z]){5,20}(?![\w'])/i.exec(`${subject}\n${shown.slice(0, 5000)}`)?.[0]
        return word !== undefined && `a word has separators between its letters: ${quote(word)}`
      },
    },
    'wording/remove-by-mail': {
      group: 'disclaimer',
      fires: 'A mailto link or a sentence asks for a message with the subject “remove” to unsubscribe.',
      points: 1,
      find: ({ links, words, list }) =>
        !list &&
        (links.all.some(
          ({ scheme, url }) =>
            scheme === 'mailto' && /subject=[^&]{0,20}(?:remove|unsub|off|delete)/i.test(url.slice(0, 500)),
        ) ||
          // Most texts do not have the word, which is found faster than the pattern.
          (words.includes('remove') && /\bremove["']? (?:in|as) (?:the )?(?:subject|body)/.test(words))) &&
        'the text asks for a message with “remove” to unsubscribe',
    },
    'wording/random-suffix': {
      group: 'disclaimer',
      fires:
        'The text ends in a random string that makes each copy different; a reply may end in the number of a ticket.',
      points: 1,
      find: ({ text: { visible }, header }) => {
        if (header.all('in-reply-to').length > 0 || header.all('references').length > 0) return undefined
        const end = visibleEnd(visible, 800)
        // The first line of a longer text may be the rest of a URL.
        const lines = (end.length < 800 ? end : end.slice(end.indexOf('\n') + 1)).split('\n').slice(-12)
        const coded = lines.map(line => line.trim()).find(isCoded)
        return coded !== undefined && `the text ends in the random string ${quote(coded)}`
      },
    },
  },
} satisfies RuleSet<WordingView>

/**
 * Whether four words of one letter follow one another, as they do in a word with separators between its letters. Most
 * texts have none, which takes a tenth of the time of the search for such a word.
 */
function hasSingleLetters({ count, starts, stops }: WordTable): boolean {
  let run = 0
  let end = -1
  for (let index = 0; index < count; index++) {
    const start = starts[index] ?? 0
    const stop = stops[index] ?? 0
    run = stop - start !== 1 ? 0 : start === end + 1 ? run + 1 : 1
    if (run === 4) return true
    end = stop
  }
  return false
}

/** One word of alternating letters and digits, or of signs in brackets. */
const isCoded = (line: string): boolean =>
  line.length >= 10 &&
  line.length <= 100 &&
  !/^--|\b(?:ref|ticket|case|id)\b/i.test(line) &&
  ((/^[a-z0-9-]+$/i.test(line) && (line.match(/[a-z]\d|\d[a-z]/gi)?.length ?? 0) >= 4) ||
    (/^\[\S+\]$/.test(line) && (line.match(/[^a-z0-9]/gi)?.length ?? 0) >= 4 && /\d/.test(line)))

const GREETING =
  /\b(?:dear|hello|hi|attention|attn|greetings),? (?:friend|sir|madam|homeowner|home owner|valued|customer|client|user|member|subscriber|winner|beneficiary|account|email|e-mail|web ?mail|owner|consumer|business|opportunity|[\w.+-]{1,64}@)/
const OFFER =
  /\b(?:free|save|savings|mortgage|refinance|debt|loans?|credit|cash|earn|income|money|profit|\$|million|rich|guaranteed?|lose|weight|pounds|viagra|pills|enlarge|bigger|younger|hgh|casino|winner|won|win|prize|congratulations|diploma|degree|toner|cheap|lowest|discount|% off|adult|sex|teens?|hot|singles?|investment|stocks?|home business|work at home|limited|exclusive|urgent|assistance)\b/g
