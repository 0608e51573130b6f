/** The references of one element: links that a reader may follow, and resources that a program fetches. */
import type { Reference } from './reading.ts'

type Found = Omit<Reference, 'hidden' | 'shown'>

const attributeKinds: ReadonlyMap<string, Reference['from']> = new Map<string, Reference['from']>([
  ['href', 'href'],
  ['src', 'src'],
  ['action', 'action'],
  ['formaction', 'action'],
  ['background', 'background'],
  ['data', 'data'],
  ['poster', 'other'],
  ['ping', 'other'],
  ['cite', 'other'],
  ['longdesc', 'other'],
  ['lowsrc', 'src'],
  ['dynsrc', 'src'],
  ['codebase', 'other'],
  ['archive', 'other'],
])

/** Calls `add` for each reference of the element. */
export function findReferences(
  element: string,
  attributes: ReadonlyMap<string, string>,
  add: (found: Found) => void,
): void {
  for (const [attribute, target] of attributes) {
    // The prefix of XLink is what a page declares it to be.
    const from = attributeKinds.get(attribute) ?? (attribute.endsWith(':href') ? 'href' : undefined)
    if (from !== undefined) add({ from: element === 'base' ? 'base' : from, element, target })
  }
  const set = attributes.get('srcset') ?? attributes.get('imagesrcset')
  for (const candidate of set?.split(',', 20) ?? []) {
    const [target = ''] = candidate.trim().split(/\s/, 1)
    add({ from: 'srcset', element, target })
  }
  const style = attributes.get('style')
  if (style !== undefined) for (const target of styleUrls(style)) add({ from: 'style', element, target })
  if (element !== 'meta' || attributes.get('http-equiv')?.trim().toLowerCase() !== 'refresh') return
  const target = /url\s*=\s*["']?([^"']*)/i.exec(attributes.get('content') ?? '')?.[1]
  if (target !== undefined) add({ from: 'refresh', element, target })
}

/** The URLs in `url(…)` and after `@import`, each cut to a maximum length. */
export function styleUrls(css: string): readonly string[] {
  if (!css.includes('(') && !css.includes('@')) return []
  return Array.from(css.matchAll(URLS), ([, quoted, bare]) => quoted ?? bare ?? '')
}

const URLS = /(?:url\(\s*|@import\s{1,10})(?:["']([^"'\r\n]{1,4096})|([^\s"')]{1,4096}))/gi
