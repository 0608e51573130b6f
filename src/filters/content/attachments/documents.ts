/** Rules for documents that run code or load content when the user opens them. */
import { isFreeHost, isGateway } from '../../../links/hosting.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import { type AttachmentView, hasTrait } from './attachment-view.ts'

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
    find: hasTrait(['external-template']),
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
    find: ({ all }) => {
      for (const { name, inspection } of all) {
        const url = inspection.links.find(link => isPublicHosting(link.url))?.url
        if (url !== undefined) return `${quote(name)} links to ${quote(url)}`
      }
      return undefined
    },
  },
} satisfies Readonly<Record<string, Rule<AttachmentView>>>

function isPublicHosting(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? ''
  const target = { host, url }
  // Flyers have short links; the rules of links know the shorteners.
  return isFreeHost(target) || isGateway(target)
}
