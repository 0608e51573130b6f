/** Reads an HTML text once: what a reader sees, what is there and not seen, and where it leads. */
import { type Elements, elements } from './elements.ts'
import type { Hiding, HtmlReading, Reference } from './reading.ts'
import { referencesOf, styleUrls } from './references.ts'
import { MAX_RULES, parseSheet, type Style } from './style.ts'
import { tokenize } from './tokens.ts'

/** References of one text; characters of what one link shows. */
const [MAX_REFERENCES, MAX_SHOWN] = [5000, 256]

/** Linear in `html`, whose first `limit` characters are read. */
export async function readHtml(html: string, limit = 524_288): Promise<HtmlReading> {
  const sheet = new Map<string, Style>()
  const open: Elements = elements(sheet)
  const visible: string[] = []
  const hiddenText: string[] = []
  const script: string[] = []
  const references: Reference[] = []
  const hidden: Record<Hiding, number> = {
    'not-displayed': 0,
    tiny: 0,
    'same-colour': 0,
    'off-page': 0,
    'unshown-element': 0,
  }
  const counts = {
    elements: 0,
    comments: 0,
    commentText: 0,
    images: 0,
    trackers: 0,
    forms: 0,
    passwords: 0,
    scripts: 0,
    frames: 0,
    handlers: 0,
    embeds: 0,
    needlessEntities: 0,
  }
  let rules = MAX_RULES
  let more = html.length > limit
  let link: { readonly at: number; shown: string } | undefined

  const refer = (found: Omit<Reference, 'hidden' | 'shown'>): void => {
    if (found.target.trim() === '') return
    more ||= references.length === MAX_REFERENCES
    if (references.length < MAX_REFERENCES)
      references.push({ ...found, target: found.target.slice(0, 4096), shown: '', hidden: open.hiding() !== undefined })
  }
  const endLink = (): void => {
    const reference = link && references[link.at]
    if (link && reference)
      references[link.at] = { ...reference, shown: collapseWhitespace(link.shown).slice(0, MAX_SHOWN) }
    link = undefined
  }

  await tokenize(html.slice(0, limit), {
    open: (name, attributes) => {
      counts.elements++
      count(counts, name, attributes)
      open.enter(name, attributes)
      if (open.isBlock(name)) visible.push('\n')
      const before = references.length
      for (const found of referencesOf(name, attributes)) refer(found)
      if (name === 'a' || name === 'area') {
        endLink()
        if (name === 'a' && references[before]?.from === 'href') link = { at: before, shown: '' }
      }
    },
    close: name => {
      if (name === 'a') endLink()
      if (open.isBlock(name)) visible.push('\n')
      open.leave(name)
    },
    text: (text, needless) => {
      counts.needlessEntities += needless
      const inside = open.name()
      if (inside === 'script') {
        script.push(text)
        return
      }
      if (inside === 'style') {
        rules -= parseSheet(text, sheet, rules)
        for (const target of styleUrls(text)) refer({ from: 'style', element: 'style', target })
        return
      }
      if (link && link.shown.length < 4 * MAX_SHOWN) link.shown += text.slice(0, 4 * MAX_SHOWN)
      const hiding = open.hiding()
      if (hiding === undefined) {
        visible.push(text.includes('\n') ? text.replace(/[\r\n]+/g, ' ') : text)
        return
      }
      hidden[hiding] += visibleLength(text)
      hiddenText.push(text)
    },
    comment: length => {
      counts.comments++
      counts.commentText += length
    },
  })
  endLink()
  return {
    visible: collapseWhitespace(visible.join('')),
    hidden,
    hiddenText: collapseWhitespace(hiddenText.join('')),
    references,
    counts,
    script: script.join(''),
    cut: more,
  }
}

type Counts = Record<keyof HtmlReading['counts'], number>

function count(counts: Counts, name: string, attributes: ReadonlyMap<string, string>): void {
  if (name === 'img') {
    counts.images++
    const sizes = ['width', 'height'].map(side => Number.parseFloat(attributes.get(side) ?? 'NaN'))
    if (sizes.every(size => size <= 1)) counts.trackers++
  } else if (name === 'form') counts.forms++
  else if (name === 'input' && attributes.get('type')?.trim().toLowerCase() === 'password') counts.passwords++
  else if (name === 'script') counts.scripts++
  else if (name === 'iframe' || name === 'frame') counts.frames++
  else if (name === 'object' || name === 'embed' || name === 'applet') counts.embeds++
  for (const attribute of attributes.keys()) if (/^on[a-z]/.test(attribute)) counts.handlers++
}

/** Characters that show: neither blanks nor those without a shape, with which previews are filled up. */
const visibleLength = (text: string): number =>
  text.replace(/\u034f|[\s\u00a0\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+/g, '').length

/** White space as browsers show it; each line end stands for a block. */
export const collapseWhitespace = (text: string): string =>
  text
    .replace(/[ \t\r\f\u00a0]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim()
