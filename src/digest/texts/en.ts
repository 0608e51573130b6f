/** English. */
import type { Texts } from './types.ts'

const messages = (count: number): string => (count === 1 ? '1 message' : `${count} messages`)

export const en: Texts = {
  subject: (count, days) => `${messages(count)} held for you (${days})`,
  heading: 'Held messages',
  intro: (count, to) => `${messages(count)} to ${to} ${count === 1 ? 'was' : 'were'} held and not delivered.`,
  introOperator: (count, whose) =>
    `${messages(count)} to ${whose} ${count === 1 ? 'was' : 'were'} held and not delivered.`,
  from: 'From',
  recipient: 'To',
  noSubject: '(no subject)',
  noSender: '(no sender)',
  why: 'Why',
  separator: '; ',
  more: count => `${messages(count)} more ${count === 1 ? 'is' : 'are'} held and not listed here.`,
  links: { release: 'Deliver', allow: 'Deliver, and always allow this sender', delete: 'Delete as spam' },
  askOperator: 'Only the operator of your mail can release this message.',
  expires: date =>
    `The links can be used until ${date}. Each opens a page; nothing happens before you press its button.`,
  footer: 'This mail was written by the mail filter. Replies to it are not read.',
  kinds: {
    spam: 'it looks like spam',
    phishing: 'it looks like an attempt to deceive you',
    malware: 'it contains a virus',
    policy: 'the rules of your mail do not let it through',
    unexamined: 'a part of it could not be examined',
  },
  reasons: {
    advertising: 'its words are those of advertising or fraud',
    attachment: 'its attachment may be dangerous',
    blocklist: 'its server or a link in it is on a block list',
    bulk: 'it was sent to many people at once',
    form: 'it is built as spam often is',
    identity: 'nothing proves that it comes from its sender',
    impersonation: 'it may pretend to come from somebody else',
    learned: 'it reads like mail that others have called spam',
    links: 'its links lead elsewhere than they say',
    record: 'its sender has sent spam before',
    server: 'the server that sent it is set up badly',
    virus: 'the virus scanner has found something',
    unexamined: 'it is encrypted, damaged or too large to be examined',
  },
  page: {
    titles: { release: 'Deliver this message', allow: 'Deliver and allow the sender', delete: 'Delete this message' },
    explain: {
      release: 'The message is delivered to your mailbox.',
      allow: 'The message is delivered to your mailbox, and mail that this sender proves to have sent is let through.',
      delete: 'The message is deleted, and the filter learns that it was spam.',
    },
    buttons: { release: 'Deliver', allow: 'Deliver and allow', delete: 'Delete' },
    done: {
      release: 'The message was delivered.',
      allow: 'The message was delivered.',
      delete: 'The message was deleted.',
    },
    allowed: sender => `${sender} is allowed from now on.`,
    received: 'Received',
    subject: 'Subject',
    invalid: 'This link is not valid. Copy it whole from the digest.',
    expired: 'This link has expired. The next digest lists what is held since.',
    used: 'This link was used already.',
    inUse: 'This link is being used at this moment. Try again in a minute.',
    gone: 'The message is no longer held.',
    doneBefore: { released: 'The message was delivered before.', deleted: 'The message was deleted before.' },
    forbidden: 'Only the operator of your mail can release this message.',
    failed: 'The message could not be delivered now. It is still held; try again later.',
    close: 'You can close this page.',
  },
}
