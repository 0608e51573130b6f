/**
 * Links between files of the repository, as the site has them: a page leads to a page; a file that is no page is a text
 * on the site, or is at the address of the repository, where package.json has one.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'
import { addressOf, root } from './pages.ts'

/** Where a link leads. */
export type Target =
  | { readonly kind: 'external' }
  | { readonly kind: 'page'; readonly file: string; readonly anchor: string }
  | { readonly kind: 'file' | 'folder'; readonly file: string }
  | { readonly kind: 'missing'; readonly file: string }

/** @param from the file with the link, in the repository */
export function targetOf(from: string, href: string): Target {
  if (/^[a-z][a-z\d+.-]*:|^\/\//i.test(href)) return { kind: 'external' }
  const [path = '', anchor = ''] = href.split('#')
  const file = path === '' ? from : join(dirname(from), decodeURI(path)).replaceAll('\\', '/').replace(/\/$/, '')
  const place = resolve(root, file)
  if (file.startsWith('..') || path.startsWith('/') || !existsSync(place)) return { kind: 'missing', file }
  if (statSync(place).isDirectory()) return { kind: 'folder', file }
  return addressOf(file) === undefined ? { kind: 'file', file } : { kind: 'page', file, anchor }
}

/** The name of a heading in an address, as code hosts write it, so that links with anchors work there too. */
export const slug = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')

/** Files that are no pages and that a page links to: they become texts of the site. */
export const linkedFiles = new Set<string>()

/** @returns the address on the site; undefined where the site has none */
function hrefOf(from: string, href: string): string | undefined {
  const target = targetOf(from, href)
  switch (target.kind) {
    case 'external':
      return href
    case 'page':
      return href.startsWith('#') ? href : `/${addressOf(target.file)}${target.anchor && `#${target.anchor}`}`
    case 'file':
      if (repository !== undefined) return `${repository}/blob/main/${target.file}`
      linkedFiles.add(target.file)
      return `/source/${target.file}.txt`
    case 'folder':
      return repository && `${repository}/tree/main/${target.file}`
    case 'missing':
      // VitePress lists all dead links to pages at once.
      if (target.file.endsWith('.md')) return `/${target.file}`
      throw new Error(`${from} links to ${href}, but there is no file ${target.file}. Mend the link.`)
    default:
      return target satisfies never
  }
}

/** The address of the repository, from package.json. */
const repository = ((): string | undefined => {
  const manifest: { readonly repository?: string | { readonly url: string } } = JSON.parse(
    readFileSync(resolve(root, 'package.json'), 'utf8'),
  )
  const url = typeof manifest.repository === 'object' ? manifest.repository.url : manifest.repository
  return url?.replace(/^git\+/, '').replace(/\.git$/, '')
})()

/** A plugin of markdown-it that rewrites links. VitePress then looks for dead ones among them. */
export function rewriteLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('repository-links', ({ tokens, env }) => {
    const from = resolve(env.realPath ?? env.path)
      .slice(root.length + 1)
      .replaceAll('\\', '/')
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (href === null || token.attrGet('class') === 'header-anchor') continue
      const place = hrefOf(from, href)
      if (place === undefined) token.attrs = token.attrs?.filter(([name]) => name !== 'href') ?? null
      else token.attrSet('href', place)
    }
  })
}
