/** Rules for where answers go: the author compared with the recipient, with Reply-To and with the links. */
import type { Dmarc } from '../../../facts/dmarc.ts'
import type { Link } from '../../../facts/links.ts'
import { isClickTracker, isFreeMail } from '../../../links/hosting.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { Sender } from '../../rules/view.ts'
import { leadsToAuthor } from '../own-links.ts'
import type { ImpersonationView } from './impersonation-view.ts'

export const replies = {
  'impersonation/sender-is-recipient': {
    group: 'person',
    fires: 'Author and recipient have the same address, and neither SPF nor DKIM authenticates it.',
    points: 2,
    max: 1.5,
    find: ({ from, to, policy, list }) => {
      const address = from && addressOf(from)
      const same = to.some(({ local, domain }) => `${local}@${domain}`.toLowerCase() === address)
      return (
        same &&
        to.length === 1 &&
        !list &&
        !isPossible(policy) &&
        `the author ${quote(address ?? '')} is the recipient, and neither SPF nor DKIM authenticates the address`
      )
    },
  },
  'impersonation/reply-to-free-mail': {
    group: 'reply',
    fires:
      'Reply-To is at a free mail service, and the author’s address is in another domain. Contact forms are exempt: a web site writes, and the text names the visitor’s address.',
    points: 2,
    find: seen => {
      const { from, replyTo, list } = seen
      if (!from || !replyTo || list || !isFreeMail(replyTo.domain)) return undefined
      if (replyTo.organisation === from.organisation || isContactForm(seen, from, replyTo)) return undefined
      return `Reply-To is ${quote(addressOf(replyTo))}, and the author writes from ${quote(from.domain)}`
    },
  },
  'impersonation/reply-to-mismatch': {
    group: 'reply',
    fires:
      'Author and Reply-To are addresses at different free mail services, or different ones at the same, of which the second has digits.',
    points: 2,
    find: ({ from, replyTo }) =>
      from !== undefined &&
      replyTo !== undefined &&
      isFreeMail(from.domain) &&
      isFreeMail(replyTo.domain) &&
      addressOf(replyTo) !== addressOf(from) &&
      (from.domain !== replyTo.domain || /\d/.test(replyTo.local)) &&
      `the author is ${quote(addressOf(from))}, and Reply-To is ${quote(addressOf(replyTo))}`,
  },
  'impersonation/three-organisations': {
    group: 'reply',
    fires:
      'Author, Reply-To and all links are in domains of three different organisations, and the message is of no list.',
    points: 0.8,
    max: 1.5,
    find: seen => {
      const { from, replyTo, clicks, list, signers } = seen
      if (!from || !replyTo || list || clicks.length === 0 || isFreeMail(replyTo.domain)) return undefined
      if (replyTo.organisation === from.organisation) return undefined
      const known = [from.organisation, replyTo.organisation, ...signers]
      const first = clicks[0]?.domain
      const isNeutral = ({ domain, host }: Link) =>
        domain === undefined || known.includes(domain) || isClickTracker(host)
      if (first === undefined || clicks.some(isNeutral) || leadsToAuthor(seen)) return undefined
      return `the author writes from ${quote(from.domain)}, answers go to ${quote(replyTo.domain)}, and links lead to ${quote(first)}`
    },
  },
  'impersonation/fake-reply': {
    group: 'reply',
    fires:
      'The subject begins like that of a reply, and the message neither refers to an earlier message nor quotes one.',
    points: 0.7,
    find: ({ subject, header, shown, text }) =>
      /^\s*(?:re|aw|sv|antw)\s?(?:\[\d{1,3}\])?:/i.test(subject) &&
      header.all('in-reply-to').length === 0 &&
      header.all('references').length === 0 &&
      header.all('thread-index').length === 0 &&
      !text.cut &&
      !QUOTED.test(shown) &&
      `the subject ${quote(subject)} is that of a reply, and the message refers to no earlier message`,
  },
} satisfies Readonly<Record<string, Rule<ImpersonationView>>>

const addressOf = ({ local, domain }: Sender): string => `${local}@${domain}`.toLowerCase()

/** DMARC passes, or could pass if the host knew the client’s address. */
export const isPossible = ({ result }: Dmarc): boolean => result === 'pass' || result === 'unknown'

/** A proven web site that writes for a visitor, and says so in the text. */
const isContactForm = ({ policy, shown }: ImpersonationView, { local }: Sender, replyTo: Sender): boolean =>
  policy.result === 'pass' && WEB_SITE.test(local) && shown.toLowerCase().includes(addressOf(replyTo))

const WEB_SITE =
  /^(?:wordpress|www|web|website|site|forms?|contact|kontakt|info|no-?reply|do-?not-?reply|mailer|php)\b/i

/** Text of an earlier message: lines with `>`, `… wrote:`, or the header of a message in the text. */
const QUOTED =
  /^\s{0,3}[>|:]|\b(?:wrote|writes|said|schrieb|escribió|a écrit|ha scritto|escreveu|schreef|skrev|napisał(?:\(a\))?|пишет)\b.{0,40}:[ \t]*$|(?<!-)-{3,40}\s?original|^\s{0,3}(?:from|von|de|da|van|från|od|от):\s.{1,200}$/imu
