/** Reports phrases of fraud and of unsolicited advertising. Words alone never lead to a refusal. */

import { isFreeMail } from '../../../links/hosting.ts'
import { visibleEnd } from '../../../mime/decode/blanks.ts'
import type { Filter } from '../../../model/filter.ts'
import { quote, quoteList } from '../../rules/quote.ts'
import { checkedRules, type RuleOptions, type RuleSet } from '../../rules/rule.ts'
import { type MessageView, messageView } from '../../rules/view.ts'
import { contentFilter } from '../content-filter.ts'
import type { ListName } from './lists.ts'
import { messagePhrases } from './message-phrases.ts'
import type { Phrases } from './phrases.ts'

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

interface WordingView extends MessageView {
  readonly phrases: Phrases<ListName>
}

/** @internal */
export const wordingRules = {
  name: 'wording',
  about: 'Phrases of fraud and of unsolicited advertising.',
  caps: { fraud: 6, threat: 2.5, offers: 3, disclaimer: 2, advertising: 1.5 },
  view: async (message): Promise<WordingView> => {
    const [seen, phrases] = await Promise.all([message.ask(messageView), message.ask(messagePhrases)])
    return { ...seen, phrases: phrases() }
  },
  rules: {
    'wording/account-threat': {
      group: 'threat',
      fires:
        'The text says that an account, a parcel or a document requires action, and the message has a link or an attachment; in a dozen languages.',
      points: 1,
      max: 1,
      find: ({ phrases, clicks, parts }) => {
        const found = phrases.of('accountThreat', 8000)
        const way = clicks.length > 0 || parts.all.some(({ disposition }) => disposition === 'attachment')
        return way && found.length > 0 && `the text demands action: ${quoteList(found)}`
      },
    },
    'wording/urgent-threat': {
      group: 'threat',
      fires: 'The text demands action at least twice, and immediately: within a day, now, by a click.',
      points: 1,
      find: ({ phrases, clicks }) => {
        const found = phrases.of('accountThreat', 8000)
        const urge = found.length > 1 && clicks.length > 0 ? phrases.of('urgency', 8000) : []
        return urge.length > 0 && `the text demands immediate action: ${quoteList([...found.slice(0, 2), ...urge])}`
      },
    },
    'wording/advance-fee': {
      group: 'fraud',
      fires:
        'The text has at least five phrases of advance-fee fraud (a fortune, an inheritance or a prize), two of which are rare in honest mail.',
      points: 4,
      find: advanceFee(2, 5),
    },
    'wording/advance-fee-strong': {
      group: 'fraud',
      fires: 'The text has at least eight phrases of advance-fee fraud, four of which are rare in honest mail.',
      points: 2,
      find: advanceFee(4, 8),
    },
    'wording/extortion': {
      group: 'fraud',
      fires:
        'The text has at least five phrases of extortion (the sender claims to have filmed the reader), and a cryptocurrency address.',
      points: 5,
      find: ({ phrases, shown }) => {
        const found = phrases.of('extortion', 10_000)
        return (
          found.length >= 5 &&
          COIN.test(shown.slice(0, 20_000)) &&
          `the text has phrases of extortion and a cryptocurrency address: ${quoteList(found)}`
        )
      },
    },
    'wording/callback-phishing': {
      group: 'fraud',
      fires:
        'The text announces a purchase or a renewal and gives a telephone number to cancel it, and the author has a free mail address or no name.',
      points: 4,
      find: ({ phrases, shown, from, subject }) => {
        const unfamiliar = from !== undefined && (isFreeMail(from.domain) || from.display === '')
        const found = unfamiliar ? phrases.of('renewal', 8000) : []
        if (found.length < 4) return undefined
        const number = PHONE.exec(`${subject}\n${shown.slice(0, 8000)}`)?.[0]
        return (
          number !== undefined &&
          `the text announces a charge that a call to ${quote(number)} cancels: ${quoteList(found)}`
        )
      },
    },
    'wording/prize': {
      group: 'fraud',
      fires: 'The text has at least two phrases about prizes, gift cards or airdrops, one of which is in the subject.',
      points: 1.2,
      find: ({ phrases, subject }) => {
        const found = phrases.of('prize', 5000)
        return (
          found.length >= 2 &&
          phrases.of('prize', subject.length).length > 0 &&
          `the text offers a prize: ${quoteList(found)}`
        )
      },
    },
    'wording/pharmacy': {
      group: 'offers',
      fires: 'The text has at least two words of unsolicited pharmacy advertising.',
      points: 1.5,
      max: 1.5,
      find: several('pharmacy', 2, 'advertises a pharmacy'),
    },
    'wording/pharmacy-strong': {
      group: 'offers',
      fires: 'The text has at least four words of unsolicited pharmacy advertising.',
      points: 1.5,
      max: 1.5,
      find: several('pharmacy', 4, 'advertises a pharmacy'),
    },
    'wording/adult': {
      group: 'offers',
      fires: 'The text has at least three words of adult advertising.',
      points: 1.5,
      max: 2,
      find: several('adult', 3, 'advertises adult content'),
    },
    'wording/income': {
      group: 'offers',
      fires: 'The text has at least three phrases that promise an income.',
      points: 1.5,
      max: 1.7,
      find: several('income', 3, 'promises an income'),
    },
    'wording/income-strong': {
      group: 'offers',
      fires: 'The text has at least five phrases that promise an income.',
      points: 1,
      max: 1.7,
      find: several('income', 5, 'promises an income'),
    },
    'wording/credit': {
      group: 'offers',
      fires: 'The text has at least three words of advertising for loans and insurance.',
      points: 1,
      max: 2.5,
      find: several('credit', 3, 'offers credit'),
    },
    'wording/goods': {
      group: 'offers',
      fires: 'The text has at least two words of advertising for toner, diplomas, watches, casinos or address lists.',
      points: 1,
      max: 1.7,
      find: several('goods', 2, 'advertises goods that are common in spam'),
    },
    'wording/spam-disclaimer': {
      group: 'disclaimer',
      fires:
        'The text explains why it is not spam, or how to unsubscribe, and the message has no List-Unsubscribe field.',
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
      fires: 'The subject promises something: money, savings, health, a loan, something free.',
      points: 0.5,
      max: 1,
      find: ({ subject, words }) => {
        const found = OFFER.exec(words.slice(0, Math.min(subject.length, 200)))?.[0]
        return found !== undefined && `the subject promises: ${quote(found)}`
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
      find: ({ shown, subject }) => {
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
      fires: 'The text ends in a random string that makes each copy different.',
      points: 1,
      find: ({ text: { visible } }) => {
        const lines = visibleEnd(visible, 800).split('\n').slice(-12)
        const coded = lines.map(line => line.trim()).find(isCoded)
        return coded !== undefined && `the text ends in the random string ${quote(coded)}`
      },
    },
  },
} satisfies RuleSet<WordingView>

/** One word of alternating letters and digits, or of signs in brackets. */
const isCoded = (line: string): boolean =>
  line.length >= 10 &&
  line.length <= 100 &&
  ((/^[a-z0-9-]+$/i.test(line) && (line.match(/[a-z]\d|\d[a-z]/gi)?.length ?? 0) >= 4) ||
    (/^\[\S+\]$/.test(line) && (line.match(/[^a-z0-9]/gi)?.length ?? 0) >= 4 && /\d/.test(line)))

const GREETING =
  /\b(?:dear|hello|hi|attention|attn|greetings),? (?:friend|sir|madam|homeowner|home owner|valued|customer|client|user|member|subscriber|winner|beneficiary|account|email|e-mail|web ?mail|owner|consumer|business|opportunity|[\w.+-]{1,64}@)/
const OFFER =
  /\b(?:free|save|savings|mortgage|refinance|rates?|debt|loans?|credit|insurance|cash|earn|income|money|profit|\$|million|rich|guaranteed?|lose|weight|pounds|viagra|pills|enlarge|bigger|younger|hgh|casino|winner|won|win|prize|congratulations|diploma|degree|toner|cheap|lowest|discount|% off|adult|sex|teens?|hot|singles?|investment|stocks?|opportunity|home business|work at home|limited|exclusive|urgent|assistance|proposal)\b/

const COIN =
  /\b(?:bc1[ac-hj-np-z02-9]{25,60}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|0x[0-9a-f]{40}|T[1-9A-HJ-NP-Za-km-z]{33}|[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93})\b/
const PHONE =
  /(?:\+?1[\s.-]{0,2})?\(?[2-9]\d{2}\)?[\s.-]{1,3}\d{3}[\s.-]{1,3}\d{4}\b|\+\d{1,3}[\s.-]?\(?\d{2,4}\)?[\s.-]\d{3,4}[\s.-]?\d{3,4}\b/

/** A newsletter that can be unsubscribed needs twice as many words: it may advertise. */
function several(list: ListName, min: number, what: string) {
  return ({ phrases, list: newsletter }: WordingView): string | undefined => {
    const found = phrases.of(list)
    return found.length >= (newsletter ? 2 * min : min) ? `the text ${what}: ${quoteList(found)}` : undefined
  }
}

function advanceFee(rare: number, min: number) {
  return ({ phrases }: WordingView): string | undefined => {
    const [found, story] = [phrases.of('advanceFee'), phrases.of('advanceFeeStory')]
    const enough = found.length >= rare && found.length + story.length >= min
    return enough ? `the text has phrases of advance-fee fraud: ${quoteList([...found, ...story], 4)}` : undefined
  }
}
