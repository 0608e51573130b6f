/** What the text says: each rule with what fires it and what just does not. */
import { type WordingRule, wording } from '../../../../src/filters/content/wording/wording.ts'
import { link, type RuleCase, tryRules } from '../../../support/rule-cases.ts'

const DEMAND = 'Olen murtautunut laitteellesi ja kuvannut sinua kameralla. Katselin sinua monta viikkoa. '.repeat(7)

const cases: Readonly<Record<WordingRule, RuleCase>> = {
  'wording/account-threat': {
    fires: link('https://example.com/', 'Your account was locked. Verify your аccount now'),
    reason: 'the text threatens an account: “account … locked”, “verify … account”',
    spares: { text: 'They wrote: your account was locked, verify your account. I did not.\n' },
  },
  'wording/mailbox-threat': {
    fires: link('https://example.com/', 'Your mailbox is almost full. Increase your quota here'),
    reason: 'the text threatens a mailbox: “mailbox … full”, “increase … quota”',
    spares: link('https://example.com/', 'My mailbox is full, so please write again next week'),
  },
  'wording/renewal-scare': {
    fires: link('https://example.com/', 'Your antivirus has expired: 4 viruses were found. Renew now'),
    reason: 'the text presses the reader to renew: “antivirus … expired”, “viruses … found”, “renew now”',
    spares: link('https://example.com/', 'Your subscription will renew on 4 May for 9 euros, as agreed'),
  },
  'wording/parcel-fee': {
    fires: link('https://example.com/', 'Your parcel is on hold at the depot. Pay the customs fee of 1.99'),
    reason: 'the text asks for a fee for a parcel: “parcel … on hold”, “pay … fee”',
    spares: link('https://example.com/', 'Your parcel is waiting at the shop. Your pick-up code is 4711'),
  },
  'wording/shared-document': {
    fires: link('https://example.com/', 'A file was shared with you. View document'),
    reason: 'the text asks the reader to open a document: “file … shared with you”, “view document”',
    spares: { text: 'The file was shared with you yesterday, see the folder of the project.\n' },
  },
  'wording/threat-subject': {
    fires: link('https://example.com/', 'here', { subject: 'Your account has been suspended' }),
    reason: 'the subject threatens: “account … suspended”',
    spares: link('https://example.com/', 'It was never suspended', { subject: 'Your new account' }),
  },
  'wording/advance-fee': {
    fires: {
      text: 'My name is Helen. My late husband left a sum of nine million dollars, and I want your assistance. Contact me.\n',
    },
    reason:
      'the text has phrases of advance-fee fraud: “late husband”, “sum of … million”, “million … dollars”, “my name is” …',
    spares: {
      text: 'My name is Helen, I collect for the hospital. Contact me if you want to help. My late husband was ill, too.\n',
    },
  },
  'wording/advance-fee-strong': {
    fires: {
      text: 'My name is Helen. My late husband left a consignment of trunk boxes and a sum of nine million dollars with a dormant account. It is strictly confidential, contact me, your assistance is a mutual benefit. God bless you.\n',
    },
    reason:
      'the text has phrases of advance-fee fraud: “late husband”, “consignment … box”, “trunk box”, “sum of … million” …',
    spares: {
      text: 'My name is Helen. My late husband left a sum of nine million dollars, and I want your assistance. Contact me.\n',
    },
  },
  'wording/advance-fee-pitch': {
    fires: { text: 'There is a deal in my bank. Reply for more details.\n' },
    reason: 'a short text has phrases of advance-fee fraud: “deal in my bank”, “reply … details”',
    spares: { text: 'There is a meeting in my bank on Monday. Reply for more details.\n' },
  },
  'wording/unexamined': {
    fires: { text: `${'your '.repeat(5900)}\n` },
    reason: 'not examined: phrases behind too many beginnings of phrases',
    spares: { text: `${'your '.repeat(590)}\n` },
  },
  'wording/fortune': {
    fires: {
      text: 'I am Sergeant Ann Poe of the US army, and I have US$8,200,000.00 that I want your assistance with. Reply me.\n',
    },
    reason: 'the text offers “US$8,200,000.00”: “us army”, “i am … sergeant”, “your … assistance”',
    spares: {
      text: 'Dear Ms Poe, the estate of your late husband is worth 820,000 euros. Our notary will contact you about the inheritance tax.\n',
    },
  },
  'wording/extortion': {
    fires: {
      text: 'I hacked your device and recorded you through your webcam. Send 900 USD in bitcoin to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT, you have 48 hours.\n',
    },
    reason: 'the text demands money by extortion: “i hacked”, “recorded you”, “your … webcam” …',
    spares: {
      text: 'Your withdrawal in bitcoin to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT was sent. It takes 48 hours. If it was not you, your device may have malware: change your password.\n',
    },
  },
  'wording/extortion-story': {
    fires: {
      text: 'I hacked your device and recorded you through your webcam. Pay me in bitcoin within 48 hours or I send the video to all your contacts.\n',
    },
    reason: 'the text has a story of extortion: “i hacked”, “recorded you”, “your … webcam” …',
    spares: { text: 'Somebody claims that he hacked your device and wants bitcoin within 48 hours: a fraud.\n' },
  },
  'wording/wallet-demand': {
    fires: { text: `${DEMAND} Maksa 1200 euroa, 0,02 BTC: 1BoatSLRHtKNngkdXEeobR76b53LETtpyT\n` },
    reason: 'the text names “0,02 BTC” and the address “1BoatSLRHtKNngkdXEeobR76b53LETtpyT”',
    spares: { text: 'Hi Bob, send the 0,02 BTC for dinner to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT, thanks!\n' },
  },
  'wording/callback-phishing': {
    fires: {
      from: 'Billing <billing.77@gmail.com>',
      text: 'Norton 360: 389.99 USD will be charged to your account. If you did not authorize this, call +1 (8O8) 555-O142.\n',
    },
    reason:
      'the text announces a charge that a call to “+1 (8O8) 555-O142” cancels: “will be charged”, “did not authorize”',
    spares: {
      from: 'Larchfield Bikes <larchfieldbikes@gmail.com>',
      text: 'Thank you for your order! The invoice is attached. If you want a refund, call us at (415) 555-0188.\n',
    },
  },
  'wording/prize': {
    fires: { subject: 'You have been selected', text: 'Claim your reward.\n' },
    reason: 'the text offers a prize: “you have been selected”, “claim your”',
    spares: { subject: 'You have been selected for the interview', text: 'Please bring your papers on Monday.\n' },
  },
  'wording/survey': {
    fires: { text: 'Take part in our short survey and get an exclusive reward worth up to 90 dollars.\n' },
    reason: 'the text promises a gift for a survey: “take part … survey”, “short survey”, “get … reward”',
    spares: { text: 'We ask all members for their opinion on the new timetable; the survey takes a minute.\n' },
  },
  'wording/payout': {
    fires: { text: 'Your bitcoin balance is 1.2 BTC. You have only 24 hours to withdraw it.\n' },
    reason: 'the text promises a payout: “your … balance is”, “bitcoin balance”, “you have only”',
    spares: { text: 'Your withdrawal of 0.01 BTC has been sent.\n' },
  },
  'wording/prize-subject': {
    fires: { subject: 'You have won a power drill', text: 'See the page.\n' },
    reason: 'the subject promises: “you have won”',
    spares: { subject: 'Who won the match', text: 'We did.\n' },
  },
  'wording/casino': {
    fires: { text: 'The new online casino: 200 free spins and a welcome bonus, play now.\n' },
    reason: 'the text advertises a casino: “online casino”, “free spins”, “welcome bonus”',
    spares: { text: 'The old casino in the park becomes a library, and the council pays a bonus to the builders.\n' },
  },
  'wording/loan': {
    fires: { text: 'We give a business loan or a personal loan at 2% interest, with no collateral.\n' },
    reason: 'the text offers a loan: “business loan”, “personal loan”, “2% interest”',
    spares: { text: 'As discussed, the loan runs for twenty years, and interest rates are fixed for ten.\n' },
  },
  'wording/cure': {
    fires: { text: 'Doctors hate this trick: weight loss overnight, and belly fat is gone.\n' },
    reason: 'the text promises a cure: “weight loss”, “doctors hate”, “this trick”',
    spares: { text: 'Your blood sugar was measured on Monday; the doctor sees you on Friday about diabetes.\n' },
  },
  'wording/dating': {
    fires: { text: 'Hot singles near you are waiting: see my photos.\n' },
    reason: 'the text advertises sexual contacts: “hot singles”, “see my photos”',
    spares: { text: 'My photos of the party are in the folder.\n' },
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
    reason: 'the text offers credit: “lowest rates”, “mortgage”, “refinance”',
    spares: {
      text: 'As discussed: the mortgage is a loan over 20 years, interest rates are fixed for ten. The lender asks for 20 % equity and a life insurance. We can refinance the old home loan.\n',
    },
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
    fires: { text: 'This is not spam. You are on our opt-in list. Remove yourself below.\n' },
    reason: 'the text has phrases of a spam disclaimer: “this is not spam”, “not spam”, “opt-in list” …',
    spares: { text: 'Spam is not what we send.\n' },
  },
  'wording/generic-greeting': {
    fires: { text: 'Dear valued customer,\n\nhello.\n' },
    reason: 'the greeting is generic: “dear valued”',
    spares: { text: 'Dear Bob,\n\nhello.\n' },
  },
  'wording/subject-offer': {
    fires: { subject: 'Lose weight' },
    reason: 'the subject promises: “lose”, “weight”',
    spares: { subject: 'Your mortgage rates' },
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
    spares: {
      text: `The driver is fixed: https://u7.click.example/ls?upn=${'a1-2Bc3'.repeat(117)}a1\n\n[ref:_00D30A0:ref]\n`,
    },
  },
}

tryRules(wording, cases)
