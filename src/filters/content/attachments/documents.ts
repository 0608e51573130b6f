/** Rules for documents and pages that run code or load content when the user opens them. */
import { isFreeHost, isGateway, isShortener } from '../../../links/hosting.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import { type AttachmentView, firstFile, hasTrait } from './attachment-view.ts'

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
    fires: 'A PDF starts programs, or has embedded files that a script or an action opens.',
    points: 3,
    find: hasTrait(
      ['launch', 'script'],
      ({ format, traits }) =>
        format === 'pdf' &&
        (traits.includes('launch') || traits.includes('embedded-file') || traits.includes('auto-run')),
    ),
  },
  'attachments/document-link': {
    group: 'document',
    fires: 'A PDF or an Office document links to free hosting, a shortener or an IPFS gateway.',
    points: 2,
    find: ({ all }) => {
      for (const { name, inspection } of all) {
        const url = inspection.links.find(link => isPublicHosting(link.url))?.url
        if (url !== undefined) return `${quote(name)} links to ${quote(url)}`
      }
      return undefined
    },
  },
  'attachments/html-form': {
    group: 'html',
    fires: 'An attached HTML page or SVG has a form, and what it asks for does not go to the author’s site.',
    points: 4,
    find: seen => {
      const { links, from } = seen
      // A bank’s encrypted statement is a page that asks for a password and sends it to the bank.
      const targets = links.all.filter(link => link.from === 'action')
      if (targets.length > 0 && targets.every(({ domain }) => domain !== undefined && domain === from?.organisation))
        return undefined
      return formOf(seen)
    },
  },
  'attachments/html-script': {
    group: 'html',
    fires: 'An attached HTML page or SVG contains a script, or redirects to another page.',
    points: 3,
    find: hasTrait(['script', 'launch'], ({ format }) => format === 'html' || format === 'svg'),
  },
  'attachments/html-smuggling': {
    group: 'html',
    fires: 'An HTML page assembles a file from its own text and saves it (HTML smuggling).',
    points: 6,
    find: hasTrait(['smuggling']),
  },
  'attachments/active-svg': {
    group: 'html',
    fires: 'An attached SVG contains an HTML page or links.',
    points: 2,
    find: ({ files, all }) => {
      const linked = all.find(
        ({ inspection }) => inspection.format === 'svg' && inspection.links.some(({ url }) => !/w3\.org/.test(url)),
      )
      if (linked) return `the SVG ${quote(linked.name)} contains links`
      return firstFile(
        files,
        ({ format, traits }) => format === 'svg' && traits.includes('embedded-object'),
        'is an SVG that contains an HTML page',
      )
    },
  },
} satisfies Readonly<Record<string, Rule<AttachmentView>>>

const formOf = hasTrait(['form'], ({ format }) => format === 'html' || format === 'svg')

function isPublicHosting(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? ''
  const target = { host, url }
  return isFreeHost(target) || isShortener(target) || isGateway(target)
}
