/** What is written about the console is so: the OpenAPI document, and the tests that its security rests on. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openApiText } from '../../scripts/openapi.ts'
import { API, ROUTES, type Route, type RouteName } from '../../src/console/api/routes.ts'
import { type EndpointSchemas, schemas } from '../../src/console/api/schemas.ts'

interface Document {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly operationId: string; readonly security: readonly object[] }>>>
  >
}

const document: Document = JSON.parse(readFileSync('docs/reference/openapi.json', 'utf8'))

test('docs/reference/openapi.json is current: run node scripts/openapi.ts after a change of routes or schemas', () => {
  expect(readFileSync('docs/reference/openapi.json', 'utf8') === openApiText()).toBe(true)
})

test('every route is in it, with its roles', () => {
  expect(document.servers).toEqual([{ url: API }])
  for (const [name, { method, path, roles }] of Object.entries(ROUTES) as [RouteName, Route][]) {
    const operation = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    expect(operation).toMatchObject({ operationId: name, 'x-roles': roles })
    expect(operation?.security.length === 0).toBe(roles === 'public')
  }
})

test('every endpoint that takes a body has strict schemas: what is not known is refused', () => {
  const requests = (Object.values(schemas) as EndpointSchemas[]).flatMap(({ query, body }) =>
    [query, body].filter(s => s !== undefined),
  )
  expect(requests.length).toBeGreaterThan(25)
  expect(requests.filter(({ type }) => type !== 'strict_object')).toEqual([])
})

test('docs/explain/console-security.md names a test for each point, and each of them exists', () => {
  const page = readFileSync('docs/explain/console-security.md', 'utf8')
  const rows = page.split('\n').filter(line => /^\| (?:V\d|OWASP|–)/.test(line))
  expect(rows.length).toBeGreaterThan(30)
  const files = readdirSync('test/console').filter(file => file.endsWith('.test.ts'))
  const source = files.map(file => readFileSync(`test/console/${file}`, 'utf8')).join('\n')
  const last = (row: string): string => row.split('|').at(-2) ?? ''
  const named = rows.flatMap(row => [...last(row).matchAll(/`([^`]+)`/g)].map(([, title = '']) => title))
  expect(rows.filter(row => !last(row).includes('`'))).toEqual([])
  expect(named.filter(title => !source.includes(`'${title}'`) && !source.includes(`\`${title}\``))).toEqual([])
})
