/** Rules about unsolicited advertising. */
import { quoteList } from '../../rules/quote.ts'
import type { ListName } from './lists.ts'
import { claimsAndRequests, type WordingRuleOf, type WordingView } from './view.ts'

export const offerRules = {
  'wording/casino': {
    group: 'offers',
    fires: 'A passage advertises a casino or bets, and a bonus for paying in; at least three phrases.',
    points: 1,
    max: 2.5,
    find: claimsAndRequests('casino', 3, 'advertises a casino'),
  },
  'wording/loan': {
    group: 'offers',
    fires: 'A passage offers a loan on conditions that no bank offers; at least three phrases.',
    points: 1,
    max: 2,
    find: claimsAndRequests('loan', 3, 'offers a loan'),
  },
  'wording/cure': {
    group: 'offers',
    fires: 'A passage promises a miracle against an illness or overweight; at least three phrases.',
    points: 1,
    max: 2,
    find: claimsAndRequests('cure', 3, 'promises a cure'),
  },
  'wording/dating': {
    group: 'offers',
    fires: 'A passage advertises sexual contacts; at least two phrases.',
    points: 1,
    max: 2,
    find: claimsAndRequests('dating', 2, 'advertises sexual contacts'),
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
    fires:
      'The text has at least three words of advertising for loans and insurance, and an offer to somebody who has asked for nothing.',
    points: 1,
    max: 2.5,
    find: view => {
      const offers = view.phrases.of('creditOffer')
      const found = offers.length > 0 ? [...offers, ...view.phrases.of('credit')] : []
      return new Set(found).size >= (view.list ? 6 : 3) && `the text offers credit: ${quoteList([...new Set(found)])}`
    },
  },
  'wording/goods': {
    group: 'offers',
    fires: 'The text has at least two words of advertising for toner, diplomas, watches, casinos or address lists.',
    points: 1,
    max: 1.7,
    find: several('goods', 2, 'advertises goods that are common in spam'),
  },
} satisfies Readonly<Record<string, WordingRuleOf>>

/** A newsletter that can be unsubscribed needs twice as many words: it may advertise. */
export function several(list: ListName, min: number, what: string) {
  return ({ phrases, list: newsletter }: WordingView): string | undefined => {
    const found = phrases.of(list)
    return found.length >= (newsletter ? 2 * min : min) ? `the text ${what}: ${quoteList(found)}` : undefined
  }
}
