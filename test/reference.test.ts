/** The reference is made from the code, and names all that the code has. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { expect, test } from 'vitest'
import { factsOf } from '../scripts/reference/filter-page.ts'
import { FILTERS } from '../scripts/reference/filters.ts'
import { referencePages } from '../scripts/reference/pages.ts'
import { exportsOf, sourceOf, sourcesIn } from '../scripts/reference/source.ts'
import { ruleSets } from '../src/filters/content/rule-sets.ts'

const pages = await referencePages()
const factories = Object.keys(FILTERS)

test.for([...pages])('%s is current: npm run reference', ([path, text]) => {
  expect(readFileSync(path, 'utf8')).toBe(text)
})

test('the folder of the filters has no other pages', () => {
  const made = [...pages.keys()].filter(path => path.startsWith('docs/reference/filters/')).map(path => basename(path))
  expect(readdirSync('docs/reference/filters').toSorted()).toEqual(made.toSorted())
})

test('every factory of postern/filters that returns a filter has a page', () => {
  const returns = [...exportsOf('src/filters/index.ts')].filter(([name, file]) => {
    const [, rest = ''] = sourceOf(file).split(new RegExp(`^export function ${name}\\b`, 'm'))
    return /\): ([^{\n]+) \{\n/.exec(rest)?.[1] === 'Filter'
  })
  const combined = ['composite']
  expect(returns.length).toBeGreaterThan(30)
  expect(returns.map(([name]) => name).filter(name => !combined.includes(name) && !factories.includes(name))).toEqual(
    [],
  )
})

/** The text of the files that belong to a filter. */
const textOf = (factory: string): string => {
  const { file } = factsOf(factory).source
  const folder = dirname(file)
  const own = folder === 'src/filters' || folder === 'src/filters/content' ? [file] : sourcesIn(folder)
  return own.map(sourceOf).join('\n')
}

const camel = (rule: string): string => rule.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
const withRules = factories.filter(factory => !ruleSets().some(({ name }) => name === factsOf(factory).filter.name))

test.for(withRules)('the page of %s lists the findings that its source has', factory => {
  const text = textOf(factory)
  const listed = (FILTERS[factory]?.findings ?? []).map(({ rule }) => rule)
  const together = factory === 'dnsbl' || factory === 'uribl' ? ['dnsbl', 'uribl'] : [factory]
  const known = together.flatMap(name => (FILTERS[name]?.findings ?? []).map(({ rule }) => rule))
  const inSource = Array.from(text.matchAll(/\brule: '([a-z-]+)'/g), ([, rule = '']) => rule)
  expect(inSource.filter(rule => !known.includes(rule))).toEqual([])
  expect(listed.filter(rule => rule !== '' && !new RegExp(`'${rule}'|\\b${camel(rule)}\\b`).test(text))).toEqual([])
})

test.for(withRules)('the statuses on the page of %s are in its source', factory => {
  const statuses = FILTERS[factory]?.findings.flatMap(({ leadsTo = '' }) => leadsTo.match(/\b[45]\.\d+\.\d+\b/g) ?? [])
  expect(statuses?.filter(status => !textOf(factory).includes(`'${status}'`))).toEqual([])
})

test.for([
  ['rate-limit', /^\| stages \| connect, mail, rcpt, header, message \|$/m, 'a limit of bytes counts whole messages'],
  ['rate-limit', /^### Count$[\s\S]*^\| `limit` \| .* \| a whole number from 1 \|/m, 'what a limit is made of'],
  ['dnsbl', /^\| `points` \| .* \| `DnsblPoints` \|[\s\S]*^### DnsblPoints$/m, 'points by return code'],
] as const)('the page of $0 has $2', ([name, part]) => {
  expect(pages.get(`docs/reference/filters/${name}.md`)).toMatch(part)
})

test.for(factories)('the page of %s documents each option, with a default or as required', factory => {
  const { filter } = factsOf(factory)
  const text = pages.get(`docs/reference/filters/${filter.name}.md`) ?? ''
  const [, options = ''] = /## Options\n([\s\S]*?)\n(?:###|## )/.exec(text) ?? []
  const rows = options.split('\n').filter(line => line.startsWith('| `'))
  const cells = rows.map(row => row.split(/(?<!\\)\|/).map(cell => cell.trim()))
  expect(cells.filter(([, , about, mayBe, value]) => !about || !mayBe || !value)).toEqual([])
})
