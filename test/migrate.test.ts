/** The pages about moving from other filters name rules and filters that exist. */
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { inlineCode } from './support/markdown.ts'

const read = (file: string): string => readFileSync(file, 'utf8')

const filterPages = globSync('docs/reference/filters/*.md')
const filters = new Set(filterPages.map(file => basename(file, '.md')))
/** Every span of the reference: a rule is one of them. */
const known = new Set([...filterPages, 'docs/reference/rules.md'].flatMap(file => inlineCode(read(file))))
const isRuleOfFilter = (span: string): boolean =>
  /^[a-z-]+\/[a-z0-9-]+$/.test(span) && filters.has(span.split('/')[0] ?? '')

const pages = [...globSync('docs/migrate/*.md'), ...globSync('docs/{faq,comparison}.md')]

test.for(pages)('every rule in %s is in the reference', page => {
  const named = inlineCode(read(page)).filter(isRuleOfFilter)
  expect(named.filter(rule => !known.has(rule))).toEqual([])
})

test('the tables name many rules, so that the test above sees something', () => {
  const named = new Set(pages.flatMap(page => inlineCode(read(page)).filter(isRuleOfFilter)))
  expect(filters.size).toBeGreaterThan(30)
  expect(named.size).toBeGreaterThan(80)
})
