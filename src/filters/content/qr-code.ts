/** Rules for codes to scan. A code costs nothing by itself: the rules for links judge where it leads. */
import type { Link } from '../../facts/links.ts'
import { hostingOf } from '../../links/hosting.ts'
import { quote } from '../rules/quote.ts'
import type { Rule } from '../rules/rule.ts'
import type { MessageView } from '../rules/view.ts'
import { isOfAuthor, leadsToAuthor } from './own-links.ts'

export const qrCodes = {
  'html/qr-code': {
    group: 'picture',
    fires:
      'The text speaks of a login, an account or a deadline, and a code to scan leads to a site that is not the author’s; or the text asks to scan a code that was not read, the message contains a picture or a drawn code, and no link is the author’s. Or a code leads to throw-away hosting, an IP address or a disguised address.',
    points: 2.8,
    find: seen => {
      const code = foreignCodes(seen)
      const disguised = code.find(isDisguised)
      if (disguised) return `a code to scan leads to ${quote(disguised.host)}`
      const [first] = code
      const evidence = first ? `a code to scan leads to ${quote(first.host)}` : requestToScan(seen)
      // Where the author’s own site is linked, `My account` in the foot says nothing about the code.
      const words = leadsToAuthor(seen) ? PRESSING : LOGIN
      const login = evidence === undefined ? undefined : words.exec(beginning(seen))?.[0]
      return login !== undefined && `${evidence}, and the text speaks of ${quote(login)}`
    },
  },
  'html/qr-code-target': {
    group: 'picture',
    fires: 'A code to scan leads to a site that is not the author’s.',
    points: 0,
    find: seen => {
      const [code] = foreignCodes(seen)
      return code && `a code to scan leads to ${quote(code.host)}`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

/** Where the words of a message are searched. */
const beginning = ({ words }: MessageView): string => words.slice(0, 10_000)

/** Codes that were read and lead elsewhere. In a store for applications no attacker has a page. */
function foreignCodes(seen: MessageView): readonly Link[] {
  const { links, codes } = seen
  if (codes.all.length === 0) return []
  return links.all.filter(
    link => link.from === 'code' && isWeb(link) && !STORES.has(link.host) && !isOfAuthor(link, seen),
  )
}

const isWeb = ({ scheme }: Link): boolean => scheme === 'http' || scheme === 'https'

const STORES: ReadonlySet<string> = new Set(['apps.apple.com', 'itunes.apple.com', 'play.google.com'])

const isDisguised = (link: Link): boolean =>
  link.anomalies.length > 0 || link.ip !== undefined || hostingOf(link) === 'disposable'

/** The text speaks of a code that may be in the message, and that was not read. */
function requestToScan(seen: MessageView): string | undefined {
  const { parts, links, shown, html, codes } = seen
  // A code for a counter or a turnstile comes with a link to a site under the author’s domain.
  if (leadsToAuthor(seen) || (codes.all.length > 0 && codes.unread === 0)) return undefined
  const isSeen =
    codes.drawings > 0 ||
    parts.all.some(({ contentType }) => contentType.startsWith('image/')) ||
    links.all.some(({ from, url }) => from === 'src' && url.startsWith('data:image')) ||
    hasBlocks(shown) ||
    html.some(({ counts }) => counts.emptyCells >= MIN_CELLS)
  const told = isSeen ? SCAN.exec(beginning(seen))?.[0] : undefined
  return told === undefined ? undefined : `the text asks the reader to scan a code: ${quote(told)}`
}

const SCAN =
  /\b(?:scan (?:the|this|below|with|your|to|qr)[a-z ]{0,30}|[ck]o[a-z]{1,5} qr\b|qr[ -]?(?:[ck]o[a-z]{1,5}|code)|escaneie o|escane[ae] (?:el|este)|escanear el codigo|scannez le|scansiona il|scan(?:ne|nen) sie|zeskanuj|naskenujte|skann(?:a|ed|e) )|qr ?コード|二维码|二維碼|扫码|掃描|扫描|큐알|qr ?코드/

/** What a message speaks of that wants to be let in. In English, German, French, Spanish, Portuguese and others. */
const LOGIN =
  /\b(?:sign[ -]?in|sign-on|log[ -]?in|log[ -]?on|account|password|passcode|credentials?|mailbox|multi-?factor|two-?factor|[m2]fa|authenticat[a-z]{0,6}|verif(?:y|ication|izier|ier|icar|icac)[a-z]{0,6}|suspen(?:d|sion)[a-z]{0,3}|deactivat[a-z]{0,4}|expir[a-z]{0,5}|security update|within \d{1,2} (?:hours|days)|payroll|salary|voice ?mail|docusign|konto|kennwort|passwort|anmeld[a-z]{0,6}|gesperrt|ablauf[a-z]{0,4}|compte|mot de passe|cuenta|contrasena|inicio de sesion|conta|senha|iniciar sessao|accesso|wachtwoord|inloggen|haslo|logowani[a-z]|ucet|heslo|hesab[a-z]{0,4}|sifre[a-z]{0,4})\b|账[户号]|密码|验证|帳[戶號]|密碼|驗證|アカウント|パスワード|認証|계정|비밀번호|인증/

/** The words of these that press or ask for a proof. */
const PRESSING =
  /\b(?:multi-?factor|two-?factor|[m2]fa|verif(?:y|ication|izier|ier|icar|icac)[a-z]{0,6}|suspen(?:d|sion)[a-z]{0,3}|deactivat[a-z]{0,4}|expir[a-z]{0,5}|security update|within \d{1,2} (?:hours|days)|payroll|salary|docusign|gesperrt|ablauf[a-z]{0,4})\b|验证|驗證|認証|인증/

/** The smallest code to scan has 21 by 21 modules; two of them are one block character. */
const [MIN_CELLS, MIN_BLOCKS] = [200, 100]

/** Whether the text has as many block characters (U+2580 to U+259F) as the drawing of a code. */
const hasBlocks = (shown: string): boolean =>
  (shown.includes('\u2588') || shown.includes('\u2580')) && (shown.match(/[\u2580-\u259f]/g)?.length ?? 0) >= MIN_BLOCKS
