/** Rules for attached pages and pictures that hold a page: what they ask for, run, hide and link to. */
import type { DocumentLink, Inspection } from '../../../archives/inspection.ts'
import { organisationOf } from '../../../dns/organisation.ts'
import { escaped, quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { AttachmentView } from './attachment-view.ts'
import { isDrawingTool, isSecureMail } from './secure-mail.ts'

type Trait = Inspection['traits'][number]

/** An attached page, or one inside another file. */
interface Page {
  readonly names: readonly string[]
  readonly inspection: Inspection
}

export const pages = {
  'attachments/page-form': {
    group: 'html',
    fires:
      'An attached page asks for a password or a card, or sends what a person types to another site than the author’s.',
    points: 4,
    find: seen => {
      for (const page of pagesOf(seen)) {
        const { traits } = page.inspection
        if (!traits.includes('form')) continue
        const targets = page.inspection.links.filter(({ kind }) => kind === 'form')
        const foreign = targets.find(link => !isOwn(seen, link))
        // A bank’s statement is a page that asks for a password and sends it to the bank or its provider.
        const isHarmless = targets.length > 0 ? foreign === undefined : !traits.includes('credentials')
        if (isHarmless && !traits.includes('obfuscated')) continue
        if (foreign === undefined) return evidenceOf(page, traits.includes('credentials') ? 'credentials' : 'form')
        return `${evidenceOf(page, traits.includes('credentials') ? 'credentials' : 'form')}, which goes to ${quote(foreign.url)}`
      }
      return undefined
    },
  },
  'attachments/page-script': {
    group: 'html',
    fires: 'An attached page goes on to another page by itself, hides what its code does, or is a picture with code.',
    points: 3,
    find: seen => {
      for (const page of pagesOf(seen)) {
        const { format, traits, links } = page.inspection
        if (traits.includes('obfuscated')) return evidenceOf(page, 'obfuscated')
        const opened = links.filter(({ kind }) => kind === 'open')
        const staysHome = opened.length > 0 && opened.every(link => isOwn(seen, link))
        if (traits.includes('launch') && !staysHome) return evidenceOf(page, 'launch')
        if (format === 'svg' && traits.includes('script')) return evidenceOf(page, 'script')
      }
      return undefined
    },
  },
  'attachments/smuggling': {
    group: 'html',
    fires: 'An attached page assembles a file, a page or code from its own text (HTML smuggling).',
    points: 6,
    find: seen => {
      const page = pagesOf(seen).find(({ inspection }) => inspection.traits.includes('smuggling'))
      return page && evidenceOf(page, 'smuggling')
    },
  },
  'attachments/picture-with-page': {
    group: 'html',
    fires: 'An attached SVG links to other sites than those of the author and of drawing programs, or holds a page.',
    points: 2,
    find: seen => {
      for (const page of pagesOf(seen)) {
        const { format, traits, links } = page.inspection
        if (format !== 'svg') continue
        const link = links.find(link => !isDrawingTool(link.url) && !isOwn(seen, link))
        if (link) return `the SVG ${quote(nameOf(page))} links to ${quote(link.url)}`
        if (traits.includes('embedded-object')) return evidenceOf(page, 'embedded-object')
      }
      return undefined
    },
  },
} satisfies Readonly<Record<string, Rule<AttachmentView>>>

/** Every page, in archives and web archives too. */
function pagesOf({ all }: AttachmentView): readonly Page[] {
  return all.flatMap(({ name, inspection }) => within([name], inspection))
}

function within(names: readonly string[], inspection: Inspection): readonly Page[] {
  const inner = inspection.inside.flatMap(({ name, inspection }) => within([...names, name], inspection))
  return inspection.format === 'html' || inspection.format === 'svg' ? [{ names, inspection }, ...inner] : inner
}

const nameOf = ({ names, inspection }: Page): string =>
  names.filter(name => name !== '').join(' > ') || inspection.format

function evidenceOf(page: Page, trait: Trait): string {
  const { traits, evidence } = page.inspection
  return `${quote(nameOf(page))}: ${escaped(evidence[traits.indexOf(trait)] ?? '', 160)}`
}

/** The link leads to the author’s own site, or to a service that carries encrypted mail for its customers. */
function isOwn({ from }: AttachmentView, { url }: DocumentLink): boolean {
  const address = URL.parse(url)
  const host =
    address?.protocol === 'mailto:' ? address.pathname.slice(address.pathname.lastIndexOf('@') + 1) : address?.hostname
  if (!host) return false
  return isSecureMail(host) || (from !== undefined && organisationOf(host) === from.organisation)
}
