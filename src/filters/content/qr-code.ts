/** The rule for codes to scan: what they lead to is judged by the rules for links, as other links are. */
import type { Link } from '../../facts/links.ts'
import { quote } from '../rules/quote.ts'
import type { Rule } from '../rules/rule.ts'
import type { MessageView } from '../rules/view.ts'
import { isOfAuthor, leadsToAuthor } from './own-links.ts'

export const qrCode: Rule<MessageView> = {
  group: 'picture',
  fires:
    'A code to scan leads to a site that is not the author’s. Or the text asks to scan a code, the message contains a picture or a drawn code, and no link is the author’s.',
  points: 0,
  find: seen => foreignCode(seen) ?? requestToScan(seen),
}

/** A code that was read, and leads elsewhere. Stores for applications are no place for a page of an attacker. */
function foreignCode(seen: MessageView): string | undefined {
  const { links, codes } = seen
  if (codes.all.length === 0) return undefined
  const link = links.all.find(link => link.from === 'code' && isWeb(link) && !isOfAuthor(link, seen))
  return link && !STORES.has(link.host) ? `a code to scan leads to ${quote(link.host)}` : undefined
}

const isWeb = ({ scheme }: Link): boolean => scheme === 'http' || scheme === 'https'

const STORES: ReadonlySet<string> = new Set(['apps.apple.com', 'itunes.apple.com', 'play.google.com'])

/** The text speaks of a code that may be in the message, and that was not read or is not the author’s. */
function requestToScan(seen: MessageView): string | undefined {
  const { words, parts, links, shown, html } = seen
  // A code for a counter or a turnstile comes with a link to a site under the author’s domain.
  if (leadsToAuthor(seen) || leadsNowhere(seen)) return undefined
  const isSeen =
    parts.all.some(({ contentType }) => contentType.startsWith('image/')) ||
    links.all.some(({ from, url }) => from === 'src' && url.startsWith('data:image')) ||
    isDrawn(shown) ||
    html.some(({ counts }) => counts.emptyCells >= MIN_CELLS)
  const told = isSeen ? SCAN.exec(words.slice(0, 10_000))?.[0] : undefined
  return told === undefined ? undefined : `the text asks the reader to scan a code: ${quote(told)}`
}

/** Every code was read, and is no link: a payment, a ticket, a card. */
const leadsNowhere = ({ codes: { all, unread }, links }: MessageView): boolean =>
  all.length > 0 && unread === 0 && links.all.every(({ from }) => from !== 'code')

const SCAN =
  /\b(?:scan (?:the|this|below|with|your|to|qr)[a-z ]{0,30}|[ck]o[a-z]{1,5} qr\b|qr[ -]?(?:[ck]o[a-z]{1,5}|code)|escaneie o|escane[ae] (?:el|este)|escanear el codigo|scannez le|scansiona il|scan(?:ne|nen) sie|zeskanuj|naskenujte|skann(?:a|ed|e) )|qr ?コード|二维码|二維碼|扫码|掃描|扫描|큐알|qr ?코드/

/** The smallest code to scan has 21 by 21 cells; two of them are one block character. */
const [MIN_CELLS, MIN_BLOCKS] = [200, 100]

/** Whether the text has as many block characters (U+2580 to U+259F) as the drawing of a code. */
const isDrawn = (shown: string): boolean =>
  (shown.includes('\u2588') || shown.includes('\u2580')) && (shown.match(/[\u2580-\u259f]/g)?.length ?? 0) >= MIN_BLOCKS
