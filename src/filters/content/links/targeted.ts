/** Rules for links that are made for one recipient, lead to a login, or download a program. */

import type { Link } from '../../../facts/links.ts'
import { isClickTracker, isFreeMail } from '../../../links/hosting.ts'
import type { Brands } from '../../rules/brand-names.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'
import { endsOf, isOfAuthor } from '../own-links.ts'
import { hexAddress, MAX_LINKS, recipientTraces } from './recipient.ts'

export const targeted = {
  'links/recipient-in-url': {
    group: 'targeted',
    fires:
      'The path of a URL, or what follows its `#`, has the recipient’s address: plain, in base64 or its hash. Or a URL has any address in hexadecimal.',
    points: 3,
    find: seen => {
      const trace = recipientTraces(seen).find(({ link, inQuery }) => !inQuery && !isManagement(link))
      if (trace) return `a link to ${quote(trace.link.host)} contains the recipient’s address (${trace.how})`
      const link = seen.clicks.slice(0, MAX_LINKS).find(({ url }) => hexAddress(url) !== undefined)
      return link && `a link to ${quote(link.host)} has the address ${quote(hexAddress(link.url) ?? '')} in hexadecimal`
    },
  },
  'links/recipient-in-query': {
    group: 'targeted',
    fires:
      'A parameter of a URL contains the recipient’s address, and the link is not for unsubscribing; mailing lists are exempt.',
    points: 0.5,
    max: 1.5,
    find: seen => {
      if (seen.list) return undefined
      const trace = recipientTraces(seen).find(({ link, inQuery }) => inQuery && !isManagement(link))
      return trace && `a parameter of a link to ${quote(trace.link.host)} is the recipient’s address (${trace.how})`
    },
  },
  'links/unfilled-field': {
    group: 'targeted',
    fires:
      'A link is a field of a mail-merge template that was not filled: `[url]`, `{{link}}`, `%%url%%` and their like.',
    points: 1,
    max: 3,
    find: ({ clicks, html }) => {
      const link = clicks.find(({ from, url }) => from === 'href' && UNFILLED_PATH.test(url))
      const target = link?.url ?? unfilledTarget(html)
      return target !== undefined && `the link ${quote(target)} is a field that was not filled`
    },
  },
  'links/reply-button': {
    group: 'targeted',
    fires:
      'What looks like a link writes a mail with a subject to a free mail address that is not the author’s; lists are exempt.',
    points: 1,
    max: 2.5,
    find: ({ links, from, list }) => {
      if (list || from === undefined) return undefined
      const link = links.all.find(
        ({ scheme, from: place, host, url, shown, hidden }) =>
          scheme === 'mailto' &&
          place === 'href' &&
          !hidden &&
          host !== from.domain &&
          isFreeMail(host) &&
          // A signature shows the address that it links.
          !shown.includes('@') &&
          url.toLowerCase().includes('subject='),
      )
      return (
        link && `the link “${link.shown.slice(0, 40)}” writes to ${quote(link.url.slice(7).split('?', 1)[0] ?? '')}`
      )
    },
  },
  'links/program': {
    group: 'targeted',
    fires: 'A link leads to a program, a script, a disk image or a shortcut; mailing lists are exempt.',
    points: 1.5,
    max: 2.5,
    find: ({ clicks, from, list }) => {
      const link = list ? undefined : clicks.find(link => link.domain !== from?.organisation && isProgram(link))
      return link && `a link leads to a program: ${quote(link.url)}`
    },
  },
  'links/program-as-document': {
    group: 'targeted',
    fires: 'A link to a program or an archive, or its message, speaks of an invoice, an order or another document.',
    points: 2.5,
    max: 4,
    find: ({ clicks, from, subject }) => {
      const link = clicks.find(
        link =>
          link.domain !== from?.organisation &&
          (isProgram(link)
            ? BAIT.test(link.shown) || BAIT.test(subject)
            : isArchive(link) && DOCUMENT.test(link.shown)),
      )
      return link && `a document is announced, and a link leads to a program or an archive: ${quote(link.url)}`
    },
  },
  'links/login-url': {
    group: 'targeted',
    fires:
      'One of few links is not the author’s and has words of a login, an account or a wallet; mailing lists are exempt, and sending services that count clicks.',
    points: 0.5,
    find: seen => {
      const { list, brands } = seen
      const clicks = endsOf(seen)
      // A newsletter has many links, and some lead to the reader’s account.
      if (list || clicks.length > 6) return undefined
      const link = clicks.find(
        link => LOG_IN.test(namedIn(link, brands)) && !isOfAuthor(link, seen) && !isClickTracker(link.host),
      )
      return link && `a URL has words of a login: ${quote(link.url)}`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

/** Host and path of a URL. The own domains of brands have such words by nature: `sharepoint.com`. */
function namedIn({ url, host, domain }: Link, { brandOf, mayBeOwned }: Brands): string {
  const named = (url.split(/[?#]/, 1)[0] ?? '').slice(8, 400).toLowerCase()
  return domain !== undefined && mayBeOwned(domain) && brandOf(domain) ? named.slice(host.length) : named
}

const PROGRAM =
  /\/[^/]{1,200}\.(?:exe|scr|pif|bat|cmd|msi|msix|appx|jse|vbs|vbe|wsf|hta|lnk|iso|img|vhd|vhdx|jar|ps1|xll|apk|cab)$/i
const ARCHIVE = /\/[^/]{1,200}\.(?:zip|rar|7z|tgz|gz|ace|arj|iso)$/i
const pathOf = ({ url }: Link): string => url.split(/[?#]/, 1)[0] ?? ''
const isProgram = (link: Link): boolean => PROGRAM.test(pathOf(link))
const isArchive = (link: Link): boolean => ARCHIVE.test(pathOf(link))

/** What a program is never called, in the languages with most mail. */
const BAIT =
  /invoice|receipt|payment|remittance|purchase order|statement|document|voicemail|fax|scan(?:ned)?\b|delivery|shipment|parcel|tax|overdue|rechnung|mahnung|lieferung|zahlung|facture|paiement|colis|factura|pago|pedido|fatura|boleto|comprovante|nota fiscal|fattura|pagamento|ordine|faktura|płatno|счет|счёт|оплат|накладн|发票|请求書|請求書/iu
const DOCUMENT = /\.(?:pdf|docx?|xlsx?|pptx?|rtf|txt|jpe?g|png)\b/i

const LOG_IN =
  /(?:log-?in|sign-?in|verif(?:y|ication|icar)|validat|credential|webmail|wallet|account-?(?:update|verify|secure)|secure-?(?:account|login)|owa\/|office365|onedrive|sharepoint)/

/** A field alone in the path of a URL. Braces are percent-encoded there. */
const UNFILLED_PATH =
  /\/(?:\[[a-z_ -]{2,30}\]|(?:\{|%7b){1,2}\s?[$#.]?[a-z_.-]{2,30}\s?(?:\}|%7d){1,2}|%%[a-z_]{2,30}%%|\*\|[a-z_]{2,30}\|\*|##[a-z_]{2,30}##)(?:[/?#]|$)/i
/** A field that is the whole target, which is no URL. */
const UNFILLED =
  /^(?:\[[a-z_ -]{2,30}\]|\{\{?\s?[$#.]?[a-z_.-]{2,30}\s?\}\}?|%%?[a-z_]{2,30}%%?|\*\|[a-z_]{2,30}\|\*|##[a-z_]{2,30}##)$/i

const unfilledTarget = (html: MessageView['html']): string | undefined => {
  for (const { references } of html) {
    const found = references.find(({ from, target }) => from === 'href' && UNFILLED.test(target.slice(0, 40)))
    if (found) return found.target
  }
  return undefined
}

/** Lists and newsletters name the subscriber in the links by which they unsubscribe or change what they receive. */
const isManagement = ({ url, shown }: Link): boolean => MANAGE.test(url) || MANAGE.test(shown)
const MANAGE =
  /unsub|opt-?out|opt_out|subscri|preferenc|mailman|\/options\/|remov|abmeld|abbestell|d[eé]sinscri|d[eé]sabonn|descadastr|cancelar|baja|disiscri|afmeld|uitschrijv|wypis|отпис|view.{0,10}browser|online.?version|webversion/i
