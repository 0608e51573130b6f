/** Rules about fraud: a passage has what such mail claims, and what it asks for. In more than twenty languages. */
import { isFreeMail } from '../../../links/hosting.ts'
import { quote, quoteList } from '../../rules/quote.ts'
import type { Kind } from './kinds.ts'
import { isOrdinaryPhone, phoneIn } from './phone.ts'
import { coinSum, largeSum } from './sums.ts'
import { claimsAndRequests, hasWayOut, passage, passages, type WordingRuleOf, type WordingView } from './view.ts'
import { hasWallet, walletIn } from './wallet.ts'

export const fraudRules = {
  'wording/account-threat': {
    group: 'threat',
    fires:
      'A passage says that an account, a card or a payment is blocked or failed, and asks the reader to confirm data or to unlock it, and the message has a link or an attachment.',
    points: 1,
    max: 2,
    find: claimsAndRequests('account', 2, 'threatens an account', hasWayOut),
  },
  'wording/mailbox-threat': {
    group: 'threat',
    fires:
      'A passage says that a mailbox is full, a password expires or messages are held, and asks the reader to confirm the mailbox, to keep the password or to release the messages.',
    points: 1,
    max: 2,
    find: claimsAndRequests('mailbox', 2, 'threatens a mailbox', hasWayOut),
  },
  'wording/renewal-scare': {
    group: 'threat',
    fires:
      'A passage says that a subscription, a licence, a domain or the protection from viruses has expired, and presses the reader to renew it.',
    points: 0.5,
    max: 1.5,
    find: claimsAndRequests('renewal', 3, 'presses the reader to renew', hasWayOut),
  },
  'wording/parcel-fee': {
    group: 'threat',
    fires: 'A passage says that a parcel is held, and asks for a fee or for the address.',
    points: 1,
    max: 2,
    find: claimsAndRequests('parcel', 2, 'asks for a fee for a parcel', hasWayOut),
  },
  'wording/shared-document': {
    group: 'threat',
    fires:
      'A passage announces a document, a voice message or an invoice, and asks the reader to open it, and the message has a link or an attachment.',
    points: 0.3,
    max: 0.5,
    find: claimsAndRequests('document', 2, 'asks the reader to open a document', hasWayOut),
  },
  'wording/threat-subject': {
    group: 'threat',
    fires:
      'The subject says that an account or a subscription is blocked, the message has a link, and no passage has what the rules above look for.',
    points: 0.3,
    max: 1,
    find: view => view.clicks.length > 0 && accountInSubject(view),
  },
  'wording/advance-fee': {
    group: 'fraud',
    fires:
      'A passage has the story of advance-fee fraud: a fortune, an inheritance or a donation, and the request to answer; at least five phrases, two of each.',
    points: 4,
    find: view => isAdvanceFee(view),
  },
  'wording/advance-fee-strong': {
    group: 'fraud',
    fires: 'A passage has at least eight phrases of advance-fee fraud, three of each.',
    points: 2,
    find: advanceFee(3, 8),
  },
  'wording/advance-fee-pitch': {
    group: 'fraud',
    fires:
      'A short text without a link has at least two phrases of advance-fee fraud, one of each, and not those above.',
    points: 1,
    max: 1.5,
    find: view =>
      view.shown.length <= MAX_PITCH_LENGTH && view.clicks.length === 0 && !view.list ? pitch(view) : undefined,
  },
  'wording/fortune': {
    group: 'fraud',
    fires:
      'The text of no list names a sum of at least 100,000 in a currency, and a passage has three phrases of advance-fee fraud.',
    points: 3,
    max: 3,
    find: view => {
      if (view.list) return undefined
      for (const { phrases, where, text } of passages(view, 'advanceFee', { min: [1, 1], together: 3, span: 4000 })) {
        const sum = largeSum(text)
        if (sum !== undefined) return `${where} offers ${quote(sum)}: ${quoteList(phrases)}`
      }
      return undefined
    },
  },
  'wording/extortion': {
    group: 'fraud',
    fires:
      'A passage claims access to a device or a film of the reader, and demands a payment or threatens to publish; at least four phrases, and a cryptocurrency address.',
    points: 5,
    find: view => {
      for (const { phrases, where, text } of passages(view, 'extortion', { min: [1, 2], together: 4, span: 4000 })) {
        if (hasWallet(text)) return `${where} demands money by extortion: ${quoteList(phrases)}`
      }
      return undefined
    },
  },
  'wording/extortion-story': {
    group: 'fraud',
    fires: 'A passage has at least six phrases of extortion, two of each, and no cryptocurrency address is needed.',
    points: 2,
    max: 3,
    find: view => {
      const [found] = passages(view, 'extortion', { min: [2, 2], together: 6, span: 4000 })
      return found && `${found.where} has a story of extortion: ${quoteList(found.phrases)}`
    },
  },
  'wording/wallet-demand': {
    group: 'fraud',
    fires:
      'A text of any language and of some length, without a link, names a sum of money and a cryptocurrency address with a right checksum, and does not come from a list.',
    points: 1.5,
    max: 2,
    find: view => {
      const { shown, clicks, list } = view
      if (list || clicks.length > 0 || shown.length < MIN_DEMAND_LENGTH) return undefined
      const wallet = walletIn(shown)
      const sum = wallet && coinSum(shown)
      return sum !== undefined && `the text names ${quote(sum)} and the address ${quote(wallet ?? '')}`
    },
  },
  'wording/callback-phishing': {
    group: 'fraud',
    fires:
      'A passage announces a charge that the reader did not make, and gives a telephone number to cancel it, and the author has a free mail address or no name. With an ordinary number of a town or a mobile phone the passage has three phrases at least.',
    points: 4,
    find: view => {
      const { from, subject } = view
      if (from === undefined || !(isFreeMail(from.domain) || from.display === '')) return undefined
      for (const { phrases, where, text } of passages(view, 'callback', { min: [1, 1] })) {
        const number = phoneIn(`${subject}\n${text}`)
        if (number === undefined) continue
        // A club with a free address says whom to call about its fee. Such fraud has lines that cost nothing.
        const three = isOrdinaryPhone(number)
          ? [...passages(view, 'callback', { min: [1, 1], together: 3 })]
          : undefined
        if (three === undefined || three.some(passage => passage.where === where))
          return `${where} announces a charge that a call to ${quote(number)} cancels: ${quoteList(phrases)}`
      }
      return undefined
    },
  },
  'wording/prize': {
    group: 'fraud',
    fires: 'A passage says that the reader has won or was selected, and asks to claim it.',
    points: 1.2,
    max: 2,
    find: claimsAndRequests('prize', 2, 'offers a prize'),
  },
  'wording/survey': {
    group: 'fraud',
    fires: 'A passage asks for answers to a survey, and promises a gift for them; at least three phrases.',
    points: 0.8,
    max: 1.5,
    find: claimsAndRequests('survey', 3, 'promises a gift for a survey'),
  },
  'wording/payout': {
    group: 'fraud',
    fires: 'A passage says that a cryptocurrency or a balance waits for the reader, and presses to withdraw it.',
    points: 1,
    max: 2.5,
    find: claimsAndRequests('payout', 2, 'promises a payout'),
  },
  'wording/prize-subject': {
    group: 'fraud',
    fires: 'The subject promises a prize or a payout, and no passage has what the rules above look for.',
    points: 0.5,
    max: 1.5,
    find: claimInSubject(['prize', 'payout'], 'promises'),
  },
} satisfies Readonly<Record<string, WordingRuleOf>>

/** A demand tells a story; a note with an address is shorter. */
const MIN_DEMAND_LENGTH = 500

/** A pitch is shorter than this. */
const MAX_PITCH_LENGTH = 3000

function advanceFee(each: number, together: number) {
  return (view: WordingView): string | undefined => {
    const [found] = passages(view, 'advanceFee', { min: [each, each], together, span: 4000 })
    return found && `${found.where} has phrases of advance-fee fraud: ${quoteList(found.phrases, 4)}`
  }
}

const isAdvanceFee = advanceFee(2, 5)

function pitch(view: WordingView): string | undefined {
  if (isAdvanceFee(view)) return undefined
  const found = passage(view, 'advanceFee', { min: [1, 1] })
  return found.length > 0 ? `a short text has phrases of advance-fee fraud: ${quoteList(found)}` : undefined
}

/** The subject has a claim of one of the kinds, and the text has the claim and the request of none. */
function claimInSubject(kinds: readonly Kind[], what: string) {
  return (view: WordingView): string | undefined => {
    const found = kinds.flatMap(kind => view.phrases.endingIn(`${kind}/claim`, view.wordTable.bodyAt))
    if (found.length === 0 || view.list) return undefined
    const whole = kinds.some(kind => passage(view, kind, { min: [1, 1] }).length > 0)
    return whole ? undefined : `the subject ${what}: ${quoteList(found)}`
  }
}

const accountInSubject = claimInSubject(['account', 'renewal'], 'threatens')
