/** Rules for disposable senders, and for names with hidden characters. */
import { isRandom } from '../../../links/random.ts'
import { isCheapTld } from '../../../links/tlds.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

export const senders = {
  'impersonation/obfuscated-name': {
    group: 'sender',
    fires:
      'The display name or the subject has invisible characters, direction marks, or look-alike letters inside words.',
    points: 2.5,
    find: ({ from, subject }) => {
      const shown = [from?.display ?? '', subject].find(text => DISGUISE.test(text))
      return (
        shown !== undefined && `the display name or the subject has hidden or look-alike characters: ${quote(shown)}`
      )
    },
  },
  'impersonation/machine-sender': {
    group: 'sender',
    fires:
      'The author is a machine and not a person: the user of a web server, or a generic host name of a hosting provider.',
    points: 1.5,
    max: 2,
    find: ({ from }) =>
      from !== undefined &&
      (/^(?:www-data|apache|nobody|httpd|nginx|wwwrun|daemon|iusr_\w{1,30})$/i.test(from.local) ||
        MACHINE.test(from.domain)) &&
      `the author ${quote(`${from.local}@${from.domain}`)} is a machine`,
  },
  'impersonation/random-sender': {
    group: 'sender',
    fires: 'The author’s address looks random.',
    points: 1.2,
    max: 1.5,
    find: ({ from }) =>
      from !== undefined &&
      (isRandom(from.organisation.split('.', 1)[0] ?? '') || isRandomLocal(from.local)) &&
      `the author’s address ${quote(`${from.local}@${from.domain}`)} looks random`,
  },
  'impersonation/cheap-tld': {
    group: 'sender',
    fires: 'The author’s domain is under a cheap TLD that is more common in abuse than in honest mail.',
    points: 1.5,
    find: ({ from }) =>
      from !== undefined &&
      isCheapTld(from.organisation) &&
      `the author’s domain ${quote(from.domain)} is under a cheap TLD that is often abused`,
  },
  'impersonation/hosting-domain': {
    group: 'sender',
    fires:
      'The author’s domain lies below a domain that a hosting provider gives to every customer (`firebaseapp.com`, `onmicrosoft.com` …).',
    points: 2.5,
    find: ({ from }) =>
      from !== undefined &&
      HOSTED.test(from.domain) &&
      `the author’s domain ${quote(from.domain)} lies below a domain that a hosting provider gives to every customer`,
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

/**
 * Invisible characters inside words, a forced direction, and Cyrillic or Greek letters beside Latin letters that they
 * resemble.
 */
const DISGUISE =
  /[A-Za-z][\u00ad\u180e\u200b\u200c\u2060-\u2064\ufeff]{1,9}[A-Za-z]|[\u202d\u202e]|[A-Za-z][\u0400-\u052fΑΒΕΖΗΙΚΜΝΟΡΤΥΧορνικ]|[\u0400-\u052fΑΒΕΖΗΙΚΜΝΟΡΤΥΧορνικ][A-Za-z]/
const MACHINE = /^(?:vps|vmi|ip|server|static|host|ns|ec2|cpe)[-.]?\d[\da-z]{0,20}[-.]|(?:\d{1,3}-){3}\d{1,3}\./
const HOSTED =
  /\.(?:onmicrosoft\.com|firebaseapp\.com|web\.app|appspotmail\.com|herokuapp\.com|azurewebsites\.net|cloudapp\.net|godaddysites\.com|weebly\.com|wixsite\.com|mybluehost\.me|secureserver\.net|plesk\.page|contaboserver\.net|vercel\.app|zendesk-mail\.com|cprapid\.com|ipage\.com|duckdns\.org|ddns\.net)$/

/** Random strings as programs generate them; addresses with separators are names. */
function isRandomLocal(local: string): boolean {
  const text = local.toLowerCase()
  if (text.length < 8 || /[.+=_-]/.test(text)) return false
  return isRandom(text)
}
