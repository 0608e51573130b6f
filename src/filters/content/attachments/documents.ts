/** Documents and pages that act when they are opened. */
import { isFreeHost, isGateway, isShortener } from '../../../links/hosting.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import { type Attached, first, trait } from './attached.ts'

export const documents = {
  'attachments/macro': { group: 'document', fires: 'A document has macros.', points: 2.5, find: trait(['macro']) },
  'attachments/auto-macro': {
    group: 'document',
    fires: 'Macros run by themselves.',
    points: 2.5,
    find: trait(['auto-run'], ({ traits }) => traits.includes('macro')),
  },
  'attachments/dangerous-macro': {
    group: 'document',
    fires: 'Macros call programs, download or write files.',
    points: 4,
    find: trait(['dangerous-macro']),
  },
  'attachments/fetches': {
    group: 'document',
    fires: 'Opening a document fetches a template or an object from elsewhere.',
    points: 5,
    find: trait(['external-template']),
  },
  'attachments/dde': {
    group: 'document',
    fires: 'A field in a document starts a program.',
    points: 5,
    find: trait(['dde']),
  },
  'attachments/exploit': {
    group: 'document',
    fires: 'A document aims at a known hole.',
    points: 8,
    find: trait(['exploit']),
  },
  'attachments/embedded': {
    group: 'document',
    fires: 'A document holds an object that a click starts.',
    points: 1,
    find: trait(['embedded-object'], ({ format }) => format === 'rtf' || format === 'ole' || format === 'ooxml'),
  },
  'attachments/active-pdf': {
    group: 'document',
    fires: 'A PDF starts programs, or has files in it that a script or an action opens.',
    points: 3,
    find: trait(
      ['launch', 'script'],
      ({ format, traits }) =>
        format === 'pdf' &&
        (traits.includes('launch') || traits.includes('embedded-file') || traits.includes('auto-run')),
    ),
  },
  'attachments/document-link': {
    group: 'document',
    fires: 'A PDF or an Office document leads to where anybody may have a page.',
    points: 2,
    find: ({ all }) => {
      for (const { name, inspection } of all) {
        const url = inspection.links.find(isPublicHosting)
        if (url !== undefined) return `${quote(name)} leads to ${quote(url)}`
      }
      return undefined
    },
  },
  'attachments/page-form': {
    group: 'page',
    fires: 'An attached page asks for what a person types.',
    points: 4,
    find: trait(['form'], ({ format }) => format === 'html' || format === 'svg'),
  },
  'attachments/page-script': {
    group: 'page',
    fires: 'An attached page or picture holds code, or goes on to another page by itself.',
    points: 3,
    find: trait(['script', 'launch'], ({ format }) => format === 'html' || format === 'svg'),
  },
  'attachments/smuggling': {
    group: 'page',
    fires: 'A page assembles a file out of its own text and saves it.',
    points: 6,
    find: trait(['smuggling']),
  },
  'attachments/picture-with-page': {
    group: 'page',
    fires: 'A picture (SVG) is attached that holds pages or links.',
    points: 2,
    find: ({ files, all }) => {
      const linked = all.find(
        ({ inspection }) => inspection.format === 'svg' && inspection.links.some(url => !/w3\.org/.test(url)),
      )
      if (linked) return `the picture ${quote(linked.name)} holds links`
      return first(
        files,
        ({ format, traits }) => format === 'svg' && traits.includes('embedded-object'),
        'is a picture that holds a page',
      )
    },
  },
} satisfies Readonly<Record<string, Rule<Attached>>>

function isPublicHosting(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? ''
  return isFreeHost({ host, url }) || isShortener(host) || isGateway({ host, url })
}
