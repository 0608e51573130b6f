/** Rules for disposable senders, and for names that are disguised or decorated. */
import { authorHostingOf } from '../../../links/hosting.ts'
import { hasRandomTail, isRandom, isRandomLocalPart } from '../../../links/random.ts'
import type { Skeleton } from '../../../links/skeleton.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { ImpersonationView } from './impersonation-view.ts'

/** Rules for how the display name and the subject are written. */
const names = {
  'impersonation/obfuscated-name': {
    group: 'name',
    fires:
      'The display name or the subject has invisible characters, look-alike letters or marks inside words, or a forced direction.',
    points: 2.5,
    find: ({ from, subject, shownName, title }) => {
      const shown = isHidden(shownName) ? from?.display : isHidden(title) ? subject : undefined
      return (
        shown !== undefined && `the display name or the subject has hidden or look-alike characters: ${quote(shown)}`
      )
    },
  },
  'impersonation/decorated-name': {
    group: 'name',
    fires:
      'The display name is written in decorated letters, with blanks between its letters, or with signs around or between its words.',
    points: 1,
    find: ({ from, shownName }) =>
      from !== undefined &&
      (shownName.disguises.includes('decorated') || SPACED.test(from.display) || isSigned(from.display)) &&
      `the display name is decorated: ${quote(from.display)}`,
  },
  'impersonation/decorated-subject': {
    group: 'name',
    fires:
      'The subject is written in decorated letters, or has signs around or in place of the blanks between its words.',
    points: 1,
    max: 1.5,
    find: ({ subject, title }) =>
      (title.disguises.includes('decorated') || isSigned(subject)) && `the subject is decorated: ${quote(subject)}`,
  },
} satisfies Rules

type Rules = Readonly<Record<string, Rule<ImpersonationView>>>

/** Rules for the author's address. */
const addresses = {
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
    fires: 'The author’s address looks random, or is the display name with random letters after it.',
    points: 1.2,
    max: 1.5,
    find: ({ from }) =>
      from !== undefined &&
      (isRandom(from.organisation.split('.', 1)[0] ?? '') ||
        isRandomLocalPart(from.local) ||
        hasRandomTail(from.display.slice(0, 100), from.local)) &&
      `the author’s address ${quote(`${from.local}@${from.domain}`)} looks random`,
  },
  'impersonation/no-reply-name': {
    group: 'sender',
    fires: 'The display name is `noreply` or alike, and the local part is another.',
    points: 1,
    find: ({ from }) =>
      from !== undefined &&
      NO_REPLY.test(from.display.trim()) &&
      !/(?:no|not|auto|do).{0,5}re(?:ply|spon)|notif|info|mail|robot|bot|auto|service|system/i.test(from.local) &&
      `the display name is ${quote(from.display)}, and the author writes as ${quote(`${from.local}@${from.domain}`)}`,
  },
  'impersonation/cheap-tld': {
    group: 'sender',
    fires: 'The author’s domain is under a cheap TLD that is more common in abuse than in honest mail.',
    points: 1.5,
    find: ({ from, brands }) =>
      from !== undefined &&
      brands.isCheapTld(from.organisation) &&
      `the author’s domain ${quote(from.domain)} is under a cheap TLD that is often abused`,
  },
  'impersonation/hosting-domain': {
    group: 'sender',
    fires:
      'The author’s domain lies below a domain of free hosting for pages and programs, from which honest senders do not write (`firebaseapp.com`, `vercel.app` …).',
    points: 2.5,
    find: ({ from }) =>
      from !== undefined &&
      authorHostingOf(from.domain) === 'pages' &&
      `the author’s domain ${quote(from.domain)} lies below a domain of free hosting`,
  },
  'impersonation/provider-domain': {
    group: 'sender',
    fires:
      'The author’s domain lies below a domain that a provider gives to every customer and every machine (`onmicrosoft.com`, `secureserver.net` …). Honest senders have it, too: with a new tenant, or for the notices of a server.',
    points: 1,
    max: 2,
    find: ({ from, message }) =>
      from !== undefined &&
      message.reversePath !== '' &&
      authorHostingOf(from.domain) === 'provider' &&
      `the author’s domain ${quote(from.domain)} lies below a domain that a provider gives to every customer`,
  },
} satisfies Rules

export const senders = { ...names, ...addresses }

const isHidden = ({ disguises }: Skeleton): boolean => disguises.some(disguise => disguise !== 'decorated')

/** Letters with blanks or dots between them: `W e l c o m e`. Two are initials, and capitals with dots a short form. */
const SPACED = /^[^\p{L}\p{N}]*\p{L}(?: \p{L}){2,30}[^\p{L}\p{N}]*$|^\p{L}(?:[.*_-]\p{Ll}){3,30}/u

/**
 * Signs around a text (`#Deals#`, `_Your_offer_`), or in place of all blanks: three words of letters, so that file
 * names with dates and numbers are none.
 */
function isSigned(text: string): boolean {
  const shown = text.slice(0, 200).trim()
  if (!SIGN.test(shown)) return false
  return AROUND.test(shown) || (!/\s/.test(shown) && !FILE_NAME.test(shown) && isJoined(shown))
}
const SIGN = /[#*_|~^]/
const AROUND = /^[#*_|~^\\"']{0,2}[#*_|~^][\\/]?[\p{L}\p{N}!$"'’ ].{0,190}[#*_|~^]["']?$/u

/** Whether signs join two words and a third, or a number and a third. Linear, as one regular expression is not. */
function isJoined(text: string): boolean {
  const pieces = text.split(/[_*|]{1,3}/)
  for (let at = 0; PIECE.test(pieces[at] ?? ' '); at++) {
    const [one = '', other = '', third = '', fourth = ''] = pieces.slice(at, at + 4)
    const goesOn = /^\p{L}{2}/u.test(third) || (NUMBER.test(third) && /^\p{L}/u.test(fourth))
    if (goesOn && WORD.test(one) && WORD.test(other)) return true
  }
  return false
}
const PIECE = /^[\p{L}\p{N}.,$€%!?&'’-]{0,40}$/u
const WORD = /^\p{L}{2,30}$/u
const NUMBER = /^\d[\d.,]{0,12}$/
const FILE_NAME = /\.[a-z][a-z0-9]{1,4}$|\d{4,}|^(?:img|scan|dsc|doc|report)[_-]/i

const NO_REPLY = /^["']?(?:no|do[-_ ]?not)[-_ .]?reply["']?$/i
const MACHINE = /^(?:vps|vmi|ip|server|static|host|ns|ec2|cpe)[-.]?\d[\da-z]{0,20}[-.]|(?:\d{1,3}-){3}\d{1,3}\./
