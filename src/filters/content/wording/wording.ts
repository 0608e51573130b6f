/** Objects to what the text says: fraud by its figures of speech, and what strangers advertise. Words alone never refuse. */

import { isFreeMail } from '../../../links/hosting.ts'
import { visibleEnd } from '../../../mime/decode/blanks.ts'
import type { Filter } from '../../../model/filter.ts'
import { quote, quoteList } from '../../rules/quote.ts'
import { checkedRules, type RuleOptions, type RuleSet } from '../../rules/rule.ts'
import { type MessageView, messageView } from '../../rules/view.ts'
import { contentFilter } from '../content-filter.ts'
import { book, type ListName } from './lists.ts'
import type { Phrases } from './phrases.ts'

export interface WordingOptions extends RuleOptions<WordingRule> {}

export type WordingRule = keyof typeof wordingRules.rules

/**
 * @example
 * wording({ points: { 'wording/pitch': 'off' } })
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
  about: 'What the text says.',
  caps: { fraud: 6, pressure: 2.5, wares: 3, excuse: 2, pitch: 1.5 },
  view: async (message): Promise<WordingView> => {
    const seen = await message.ask(messageView)
    return { ...seen, phrases: book.read(seen.words) }
  },
  rules: {
    'wording/account-danger': {
      group: 'pressure',
      fires:
        'An account, a parcel or a document needs the reader to act, and there is a link or a file to act with; in a dozen languages.',
      points: 1,
      max: 1,
      find: ({ phrases, clicks, parts }) => {
        const found = phrases.of('danger', 8000)
        const way = clicks.length > 0 || parts.all.some(({ disposition }) => disposition === 'attachment')
        return way && found.length > 0 && `the reader is to act: ${quoteList(found)}`
      },
    },
    'wording/urgent-danger': {
      group: 'pressure',
      fires: 'The same at least twice, and at once: within a day, immediately, by a click.',
      points: 1,
      find: ({ phrases, clicks }) => {
        const found = phrases.of('danger', 8000)
        const urge = found.length > 1 && clicks.length > 0 ? phrases.of('urge', 8000) : []
        return urge.length > 0 && `the reader is to act at once: ${quoteList([...found.slice(0, 2), ...urge])}`
      },
    },
    'wording/fortune': {
      group: 'fraud',
      fires:
        'At least five turns of speech of those who have a fortune, an inheritance or a prize to share, two of them such as honest people seldom use.',
      points: 4,
      find: fortune(2, 5),
    },
    'wording/fortune-much': {
      group: 'fraud',
      fires: 'At least eight of them, four of them such.',
      points: 2,
      find: fortune(4, 8),
    },
    'wording/extortion': {
      group: 'fraud',
      fires:
        'At least five turns of speech of those who claim to have filmed the reader, and an address for a cryptocurrency.',
      points: 5,
      find: ({ phrases, shown }) => {
        const found = COIN.test(shown.slice(0, 20_000)) ? phrases.of('extortion', 10_000) : []
        return found.length >= 5 && `the reader is to pay into a wallet: ${quoteList(found)}`
      },
    },
    'wording/call-back': {
      group: 'fraud',
      fires:
        'Something was bought or renewed, a telephone number is all there is to undo it, and the author is at a free mail service or names a brand.',
      points: 4,
      find: ({ phrases, shown, from, subject }) => {
        const visible = `${subject}\n${shown.slice(0, 8000)}`
        const number = PHONE.exec(visible)?.[0]
        const found = number === undefined ? [] : phrases.of('renewal', 8000)
        const strange = from !== undefined && (isFreeMail(from.domain) || from.display === '')
        return (
          found.length >= (strange ? 4 : 9) &&
          strange &&
          `a bill that only a call to ${quote(number ?? '')} undoes: ${quoteList(found)}`
        )
      },
    },
    'wording/prize': {
      group: 'fraud',
      fires:
        'At least two turns of speech of those who give away prizes, gift cards and airdrops, one of them in the subject.',
      points: 1.2,
      find: ({ phrases, subject }) => {
        const found = phrases.of('prize', 5000)
        return (
          found.length >= 2 &&
          phrases.of('prize', subject.length).length > 0 &&
          `something is given away: ${quoteList(found)}`
        )
      },
    },
    'wording/pills': {
      group: 'wares',
      fires: 'At least two words of those who sell pills and cures.',
      points: 1.5,
      max: 1.5,
      find: several('pills', 2, 'sells cures'),
    },
    'wording/pills-much': {
      group: 'wares',
      fires: 'At least four of them.',
      points: 1.5,
      max: 1.5,
      find: several('pills', 4, 'sells cures'),
    },
    'wording/adult': {
      group: 'wares',
      fires: 'At least three words of those who sell sex.',
      points: 1.5,
      max: 2,
      find: several('adult', 3, 'sells sex'),
    },
    'wording/income': {
      group: 'wares',
      fires: 'At least three turns of speech of those who promise an income.',
      points: 1.5,
      max: 1.7,
      find: several('income', 3, 'promises an income'),
    },
    'wording/income-much': {
      group: 'wares',
      fires: 'At least five of them.',
      points: 1,
      max: 1.7,
      find: several('income', 5, 'promises an income'),
    },
    'wording/credit': {
      group: 'wares',
      fires: 'At least three words of those who lend, insure and consolidate.',
      points: 1,
      max: 2.5,
      find: several('credit', 3, 'offers credit'),
    },
    'wording/goods': {
      group: 'wares',
      fires: 'At least two words of those who sell toner, diplomas, watches, casinos, addresses.',
      points: 1,
      max: 1.7,
      find: several('goods', 2, 'sells what strangers sell'),
    },
    'wording/excuse': {
      group: 'excuse',
      fires:
        'The message explains why it is no spam, or how to be taken off a list, and has no field that would do it.',
      points: 1,
      max: 0.7,
      find: seen => !seen.list && several('excuse', 1, 'explains itself')(seen),
    },
    'wording/excuse-much': {
      group: 'excuse',
      fires: 'The same in at least three ways.',
      points: 1,
      max: 0.8,
      find: seen => !seen.list && several('excuse', 3, 'explains itself')(seen),
    },
    'wording/greeting': {
      group: 'pitch',
      fires: 'The reader is greeted by what he is and not by his name: a friend, a customer, an owner, an address.',
      points: 0.5,
      max: 1,
      find: ({ words, subject }) => {
        const greeting = GREETING.exec(words.slice(subject.length, subject.length + 400))?.[0]
        return greeting !== undefined && `the reader is greeted as ${quote(greeting.trim())}`
      },
    },
    'wording/subject-offer': {
      group: 'pitch',
      fires: 'The subject promises something: money, savings, health, a loan, something free.',
      points: 0.5,
      max: 1,
      find: ({ subject, words }) => {
        const found = OFFER.exec(words.slice(0, Math.min(subject.length, 200)))?.[0]
        return found !== undefined && `the subject promises: ${quote(found)}`
      },
    },
    'wording/pitch': {
      group: 'pitch',
      fires: 'At least four turns of speech of advertising.',
      points: 0.5,
      max: 0.5,
      find: several('pitch', 4, 'advertises'),
    },
    'wording/pitch-much': {
      group: 'pitch',
      fires: 'At least eight of them.',
      points: 0.5,
      max: 0.7,
      find: several('pitch', 8, 'advertises'),
    },
    'wording/shouting': {
      group: 'pitch',
      fires: 'Three exclamation marks in a row, or more than one in a hundred characters.',
      points: 0.5,
      max: 0.7,
      find: ({ shown }) => {
        const start = shown.slice(0, 5000)
        const count = start.match(/!/g)?.length ?? 0
        return (count > 3 && count * 100 > start.length) || start.includes('!!!')
          ? `${count} exclamation marks`
          : undefined
      },
    },
    'wording/spaced-letters': {
      group: 'wares',
      fires: 'Words are written with blanks, dots or signs between their letters.',
      points: 1,
      find: ({ shown, subject }) => {
        const word = /(?<![\w'])[a-z](?:[ .*_-][a-z]){5,20}(?![\w'])/i.exec(`${subject}\n${shown.slice(0, 5000)}`)?.[0]
        return word !== undefined && `a word is written in pieces: ${quote(word)}`
      },
    },
    'wording/remove-by-mail': {
      group: 'excuse',
      fires: 'A mailto link or a sentence asks for a message with the subject “remove”.',
      points: 1,
      find: ({ links, words, list }) =>
        !list &&
        (links.all.some(
          ({ scheme, url }) =>
            scheme === 'mailto' && /subject=[^&]{0,20}(?:remove|unsub|off|delete)/i.test(url.slice(0, 500)),
        ) ||
          /\bremove["']? (?:in|as) (?:the )?(?:subject|body)/.test(words)) &&
        'who wants no more is to write “remove”',
    },
    'wording/coded-tail': {
      group: 'excuse',
      fires: 'The text ends in a string that makes each copy different.',
      points: 1,
      find: ({ text: { visible } }) => {
        const lines = visibleEnd(visible, 800).split('\n').slice(-12)
        const coded = lines.map(line => line.trim()).find(isCoded)
        return coded !== undefined && `the text ends in ${quote(coded)}`
      },
    },
  },
} satisfies RuleSet<WordingView>

/** One word of letters and digits in turns, or of signs in brackets. */
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

/** A newsletter that can be left may speak of its wares. */
function several(list: ListName, least: number, what: string) {
  return ({ phrases, list: newsletter }: WordingView): string | undefined => {
    const found = phrases.of(list)
    return found.length >= (newsletter ? 2 * least : least) ? `the text ${what}: ${quoteList(found)}` : undefined
  }
}

function fortune(rare: number, least: number) {
  return ({ phrases }: WordingView): string | undefined => {
    const [found, story] = [phrases.of('fortune'), phrases.of('story')]
    const enough = found.length >= rare && found.length + story.length >= least
    return enough ? `the text speaks of a fortune: ${quoteList([...found, ...story], 4)}` : undefined
  }
}
