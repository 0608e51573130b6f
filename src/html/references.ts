/** The references of one element: links that a reader may follow, and resources that a program fetches. */
import type { Reference } from './reading.ts'

type Found = Omit<Reference, 'hidden' | 'shown'>

const attributeKinds: ReadonlyMap<string, Reference['from']> = new Map<string, Reference['from']>([
  ['href', 'href'],
  ['xlink:href', 'href'],
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

export function* referencesOf(element: string, attributes: ReadonlyMap<string, string>): Generator<Found> {
  if (attributes.size === 0) return
  for (const [attribute, target] of attributes) {
    const from = attributeKinds.get(attribute)
    if (from !== undefined) yield { from: element === 'base' ? 'base' : from, element, target }
  }
  const set = attributes.get('srcset') ?? attributes.get('imagesrcset')
  for (const candidate of set?.split(',').slice(0, 20) ?? []) {
    const [target = ''] = candidate.trim().split(/\s/, 1)
    yield { from: 'srcset', element, target }
  }
  const style = attributes.get('style')
  if (style !== undefined) for (const target of styleUrls(style)) yield { from: 'style', element, target }
  if (element !== 'meta' || attributes.get('http-equiv')?.trim().toLowerCase() !== 'refresh') return
  const target = /url\s*=\s*["']?([^"']*)/i.exec(attributes.get('content') ?? '')?.[1]
  if (target !== undefined) yield { from: 'refresh', element, target }
}

/** The URLs in `url(…)` and after `@import`, each cut to a maximum length. */
export function* styleUrls(css: string): Generator<string> {
  if (!/url\(|@import/i.test(css)) return
  for (const [, quoted, bare] of css.matchAll(
    /(?:url\(\s*|@import\s{1,10})(?:["']([^"'\r\n]{1,4096})|([^\s"')]{1,4096}))/gi,
  )) {
    yield quoted ?? bare ?? ''
  }
}
