/** Links of the documents lead to files, folders and headings that exist, in the repository and on the site. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { slug, targetOf } from '../docs/.vitepress/links.ts'
import { menusOf } from '../docs/.vitepress/menus.ts'
import { findPages } from '../docs/.vitepress/pages.ts'
import { withoutCode } from './support/markdown.ts'

const pages = findPages()

const LINKS = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s*(\S+)|\b(?:href|src|srcset)="([^"\s]+)"/gm

/** @returns a sentence for each link that leads nowhere */
function deadLinks(file: string, text: string): readonly string[] {
  return Array.from(withoutCode(text).matchAll(LINKS), ([, inline, defined, html]) => inline ?? defined ?? html ?? '')
    .map(href => ({ href, target: targetOf(file, href) }))
    .flatMap(({ href, target }) => {
      if (target.kind === 'missing') return [`${href}: there is no ${target.file}`]
      if (target.kind !== 'page' || target.anchor === '') return []
      return anchorsOf(target.file).has(decodeURI(target.anchor)) ? [] : [`${href}: no heading is #${target.anchor}`]
    })
}

const anchors = new Map<string, ReadonlySet<string>>()

function anchorsOf(file: string): ReadonlySet<string> {
  const known = anchors.get(file)
  if (known !== undefined) return known
  const text = readFileSync(file, 'utf8').replace(/^ *```[\s\S]*?^ *```/gm, '')
  const found = new Set<string>()
  for (const [, heading = ''] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const name = slug(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, ''))
    let unique = name
    for (let count = 1; found.has(unique); count += 1) unique = `${name}-${count}`
    found.add(unique)
  }
  for (const [, name = ''] of text.matchAll(/\b(?:id|name)="([^"]+)"/g)) found.add(name)
  anchors.set(file, found)
  return found
}

test.for(pages)('the links of $file lead somewhere', ({ file }) => {
  expect(deadLinks(file, readFileSync(file, 'utf8'))).toEqual([])
})

test('dead links are found: to files, folders, headings, images, in HTML and in definitions', () => {
  const text = `
[a](nowhere.md), [b](configuration.md#no-such-heading), ![c](../images/none.png), <img src="../images/none.svg">
[d](../../examples/none/), [e](/configuration.md), [f](../../../outside.md), [g](#none)

[h]: ../none.md
`
  expect(deadLinks('docs/reference/errors.md', text)).toHaveLength(9)
  const good =
    '[a](configuration.md), [b](../../examples/embedded/), [c](https://example.org), `[d](nowhere.md)`, [e](#h)'
  expect(deadLinks('docs/reference/errors.md', good)).toEqual(['#h: no heading is #h'])
})

test('the name of a heading is the one of code hosts', () => {
  expect(slug('What `postern serve` does: options & limits')).toBe('what-postern-serve-does-options--limits')
  expect(slug('嵌入 smtp-server')).toBe('嵌入-smtp-server')
})

test('each page of the site has an address that no other page has', () => {
  expect(pages.length).toBeGreaterThan(40)
  expect(new Set(pages.map(({ address }) => address)).size).toBe(pages.length)
})

test('each page of a language is in its menus, or is where the menus lead from', () => {
  for (const language of ['en', 'zh'] as const) {
    const menus = JSON.stringify(menusOf(pages, language))
    const own = pages.filter(({ address }) => address.startsWith('zh/') === (language === 'zh'))
    const missing = own.filter(({ address }) => !menus.includes(`"/${address.replace(/\.md$/, '')}"`))
    const entrances = language === 'en' ? ['index.md', 'project/readme.md', 'project/readme.zh-cn.md'] : ['zh/index.md']
    expect(missing.map(({ address }) => address).filter(address => !entrances.includes(address))).toEqual([])
  }
})
