/** What the text says: each rule with what fires it and what just does not. */
import { type WordingRule, wording } from '../../../../src/filters/content/wording/wording.ts'
import { link, type RuleCase, tryRules } from '../../../support/rule-cases.ts'

const cases: Readonly<Record<WordingRule, RuleCase>> = {
  'wording/account-threat': {
    fires: link('https://example.com/', 'Verify your аccount'),
    reason: 'the text demands action: “verify your account”',
    spares: { text: 'They wrote: verify your account. I did not.\n' },
  },
  'wording/urgent-threat': {
    fires: link('https://example.com/', 'Verify your account within 24 hours, or your account will be closed'),
    reason: 'the text demands immediate action: “verify your account”, “account will be closed”, “within 24 hours” …',
    spares: link('https://example.com/', 'Verify your account, or your account will be closed'),
  },
  'wording/advance-fee': {
    fires: {
      text: 'My name is Helen, a widow. My late husband left a consignment with a security company in Lagos. God bless you.\n',
    },
    reason:
      'the text has phrases of advance-fee fraud: “late husband”, “consignment”, “security company”, “my name is” …',
    spares: {
      text: 'My name is Helen, a widow with cancer. Please donate to our charity. God bless you, dear friend.\n',
    },
  },
  'wording/advance-fee-strong': {
    fires: {
      text: 'My name is Helen, a widow. My late husband, late client of the central bank of Nigeria, left a consignment with a security company in Abidjan. Next of kin is nobody. God bless you, dearest one.\n',
    },
    reason:
      'the text has phrases of advance-fee fraud: “late husband”, “late client”, “central bank of”, “bank of nigeria” …',
    spares: {
      text: 'My name is Helen, a widow. My late husband left a consignment with a security company in Lagos. God bless you.\n',
    },
  },
  'wording/extortion': {
    fires: {
      text: 'I hacked your device and recorded you with your webcam. Pay in bitcoin to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT within 48 hours.\n',
    },
    reason: 'the text has phrases of extortion and a cryptocurrency address: “i hacked”, “hacked”, “your device” …',
    spares: {
      text: 'Somebody claims that he hacked your device and recorded you with your webcam, and wants bitcoin within 48 hours: a fraud.\n',
    },
  },
  'wording/callback-phishing': {
    fires: {
      from: 'Billing <billing.77@gmail.com>',
      text: 'Invoice: your subscription of Norton 360 has been charged. To cancel call +1 (888) 555-0123.\n',
    },
    reason:
      'the text announces a charge that a call to “+1 (888) 555-0123” cancels: “invoice”, “subscription”, “norton” …',
    spares: {
      from: 'Billing <billing@shop.example.com>',
      text: 'Invoice: your subscription has been charged. To cancel call +1 (888) 555-0123.\n',
    },
  },
  'wording/prize': {
    fires: { subject: 'You have been selected', text: 'Claim your reward.\n' },
    reason: 'the text offers a prize: “you have been selected”, “claim your reward”',
    spares: { subject: 'Our survey', text: 'Tell us what you think, it takes a minute.\n' },
  },
  'wording/pharmacy': {
    fires: { text: 'Viagra, no prescription.\n' },
    reason: 'the text advertises a pharmacy: “viagra”, “no prescription”',
    spares: { text: 'The prescription for Viagra.\n' },
  },
  'wording/pharmacy-strong': {
    fires: { text: 'Viagra, Cialis, Xanax: online pharmacy.\n' },
    reason: 'the text advertises a pharmacy: “viagra”, “cialis”, “xanax” …',
    spares: { text: 'Viagra, Cialis, Xanax.\n', header: { 'List-Unsubscribe': '<https://example.org/u>' } },
  },
  'wording/adult': {
    fires: { text: 'xxx porn with horny girls\n' },
    reason: 'the text advertises adult content: “xxx”, “porn”, “horny”',
    spares: { text: 'xxx and hugs\n' },
  },
  'wording/income': {
    fires: { text: 'Work from home, make money, be your own boss.\n' },
    reason: 'the text promises an income: “work from home”, “make money”, “be your own boss” …',
    spares: { text: 'I work from home on Fridays and am my own boss.\n' },
  },
  'wording/income-strong': {
    fires: { text: 'Work from home, make money, be your own boss: financial freedom, no experience.\n' },
    reason: 'the text promises an income: “work from home”, “make money”, “be your own boss” …',
    spares: { text: 'Work from home, make money, be your own boss.\n' },
  },
  'wording/credit': {
    fires: { text: 'Mortgage, refinance, lowest rates.\n' },
    reason: 'the text offers credit: “mortgage”, “refinance”, “lowest rates”',
    spares: { text: 'We talked about the mortgage.\n' },
  },
  'wording/goods': {
    fires: { text: 'Rolex, replica\n' },
    reason: 'the text advertises goods that are common in spam: “rolex”, “replica”',
    spares: { text: 'My watch is no replica.\n' },
  },
  'wording/spam-disclaimer': {
    fires: { text: 'This is not spam.\n' },
    reason: 'the text has phrases of a spam disclaimer: “this is not spam”, “not spam”',
    spares: { text: 'To be removed, write to us.\n', header: { 'List-Unsubscribe': '<mailto:x@example.org>' } },
  },
  'wording/spam-disclaimer-strong': {
    fires: { text: 'This is not spam. You received this because you opted-in. To be removed, write.\n' },
    reason: 'the text has phrases of a spam disclaimer: “this is not spam”, “not spam”, “you received this” …',
    spares: { text: 'Spam is not what we send.\n' },
  },
  'wording/generic-greeting': {
    fires: { text: 'Dear valued customer,\n\nhello.\n' },
    reason: 'the greeting is generic: “dear valued”',
    spares: { text: 'Dear Bob,\n\nhello.\n' },
  },
  'wording/subject-offer': {
    fires: { subject: 'Lose weight' },
    reason: 'the subject promises: “lose”',
    spares: { subject: 'Lunch on Friday' },
  },
  'wording/advertising': {
    fires: { text: 'Click here, order now, limited time, money back.\n' },
    reason: 'the text advertises: “click here”, “order now”, “limited time” …',
    spares: { text: 'Click here, order now.\n' },
  },
  'wording/advertising-strong': {
    fires: {
      text: 'Click here, order now, limited time, money back, call now, toll free, lowest prices, special offer.\n',
    },
    reason: 'the text advertises: “click here”, “order now”, “limited time” …',
    spares: { text: 'Click here, order now, limited time, money back.\n' },
  },
  'wording/exclamation-marks': {
    fires: { text: 'Now!!!\n' },
    reason: 'the text has 3 exclamation marks',
    spares: { text: 'Now! And then, well, after some time, again!\n' },
  },
  'wording/spaced-letters': {
    fires: { text: 'Buy V.I.A.G.R.A here\n' },
    reason: 'a word has separators between its letters: “V.I.A.G.R.A”',
    spares: { text: 'The U.S.A. and the E.U.\n' },
  },
  'wording/remove-by-mail': {
    fires: link('mailto:x@example.com?subject=remove'),
    reason: 'the text asks for a message with “remove” to unsubscribe',
    spares: link('mailto:x@example.com?subject=hello'),
  },
  'wording/random-suffix': {
    fires: { text: 'Hello\n\n1918BQhX5-227CpaM0598cJWr2\n' },
    reason: 'the text ends in the random string “1918BQhX5-227CpaM0598cJWr2”',
    spares: { text: 'Hello\n\nbob@example.net\n' },
  },
}

tryRules(wording, cases)
