/** Rules for documents that run code or load content when the user opens them. */
import { shareHost } from '../../../archives/plain-text.ts'
import { organisationOf } from '../../../dns/organisation.ts'
import type { FileFormat } from '../../../filetypes/file-format.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import { type AttachmentView, hasTrait, namesOfOnly } from './attachment-view.ts'

export const documents = {
  'attachments/macro': { group: 'document', fires: 'A document has macros.', points: 2.5, find: hasTrait(['macro']) },
  'attachments/auto-macro': {
    group: 'document',
    fires: 'The macros of a document run automatically.',
    points: 2.5,
    find: hasTrait(['auto-run'], ({ traits }) => traits.includes('macro')),
  },
  'attachments/dangerous-macro': {
    group: 'document',
    fires: 'The macros of a document start programs, or download or write files.',
    points: 4,
    find: hasTrait(['dangerous-macro']),
  },
  'attachments/remote-content': {
    group: 'document',
    fires: 'A document loads a template or an object from a remote host when the user opens it.',
    points: 5,
    find: hasTrait(['external-template'], (file, seen) => !loadsOwn(seen).has(file.names.at(-1) ?? '')),
  },
  'attachments/own-remote-content': {
    group: 'document',
    fires: 'A document loads a template or an object from the author’s own site when the user opens it.',
    points: 2,
    find: seen => {
      const [name] = loadsOwn(seen)
      return name === undefined ? undefined : `${quote(name)} loads content from the author’s own site`
    },
  },
  'attachments/dde': {
    group: 'document',
    fires: 'A field in a document starts a program.',
    points: 5,
    find: hasTrait(['dde']),
  },
  'attachments/exploit': {
    group: 'document',
    fires: 'A document contains a known exploit.',
    points: 8,
    certain: true,
    find: hasTrait(['exploit']),
  },
  'attachments/embedded-object': {
    group: 'document',
    fires: 'A document contains an object that a click activates.',
    points: 1,
    find: hasTrait(['embedded-object'], ({ format }) => format === 'rtf' || format === 'ole' || format === 'ooxml'),
  },
  'attachments/active-pdf': {
    group: 'document',
    fires: 'A PDF starts programs, acts when it is opened, or has embedded files that a script or an action opens.',
    points: 3,
    find: hasTrait(
      ['launch', 'script', 'auto-run'],
      ({ format, traits }) =>
        format === 'pdf' &&
        (traits.includes('launch') || traits.includes('embedded-file') || traits.includes('auto-run')),
    ),
  },
  'attachments/document-link': {
    group: 'document',
    fires: 'A PDF or an Office document links to free hosting or an IPFS gateway.',
    points: 2,
    find: ({ all, hosting }) => {
      for (const { name, inspection } of all) {
        const url = inspection.links.find(link => isPublicHosting(link.url, hosting))?.url
        if (url !== undefined) return `${quote(name)} links to ${quote(url)}`
      }
      return undefined
    },
  },
} satisfies Readonly<Record<string, Rule<AttachmentView>>>

/** Documents of Office: every target that one of these loads is a link of the kind `open`. */
const OFFICE: ReadonlySet<FileFormat> = new Set(['zip', 'ooxml', 'ole', 'rtf', 'flat-office'])

/** Names under which the message has nothing but documents that load all from the site of their author. */
const loadsOwn = ({ all, from, hosting }: Pick<AttachmentView, 'all' | 'from' | 'hosting'>): ReadonlySet<string> =>
  namesOfOnly(all, ({ format, traits, links }) => {
    if (!traits.includes('external-template')) return undefined
    const opened = links.filter(({ kind }) => kind === 'open')
    return OFFICE.has(format) && opened.length > 0 && opened.every(({ url }) => isOfSite(url, from, hosting))
  })

function isOfSite(url: string, from: AttachmentView['from'], hosting: AttachmentView['hosting']): boolean {
  if (!from || !hosting || hosting.isFreeMail(from.domain) || isPublicHosting(url, hosting)) return false
  const host = shareHost(url) ?? URL.parse(url.replace(/^mhtml:/i, ''))?.hostname ?? ''
  return host !== '' && organisationOf(host.toLowerCase()) === from.organisation
}

function isPublicHosting(url: string, hosting: AttachmentView['hosting']): boolean {
  const host = URL.parse(url)?.hostname ?? ''
  const target = { host, url }
  // Flyers have short links; the rules of links know the shorteners.
  return hosting !== undefined && (hosting.isFreeHost(target) || hosting.isGateway(target))
}
