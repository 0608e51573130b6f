/** The schema for ClickHouse reads fields that events have, and fills each of its columns. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const sql = readFileSync('deploy/clickhouse.sql', 'utf8')
const docs = readFileSync('docs/reference/events.md', 'utf8')

/** The fields of all events, from the tables of the document. */
const fields = new Set(
  docs
    .slice(docs.indexOf('## Every event'), docs.indexOf('## Findings and replies'))
    .split('\n')
    .flatMap(row => (/^\| `([a-zA-Z]+)` \|/.exec(row)?.[1] ?? []) as string | []),
)
const [, table = ''] = /CREATE TABLE IF NOT EXISTS postern\.events\n\(\n(.*?)\n\)\n/s.exec(sql) ?? []
const [, view = ''] = /CREATE MATERIALIZED VIEW [^\n]* AS\nSELECT\n(.*?)\nFROM postern\.lines;/s.exec(sql) ?? []

const columns = Array.from(table.matchAll(/^ {2}([a-z]\w*) \S/gm), ([, name = '']) => name)
const filled = Array.from(view.matchAll(/(?: AS |^ {2})(\w+),?$/gm), ([, name = '']) => name)
const readFields = Array.from(view.matchAll(/\(line, '(\w+)'/g), ([, name = '']) => name)

/** What has no column is in `line`: parts of a session, and what only says more about another field. */
const IN_LINE = ['v', 'tls', 'started', 'transactions', 'filters', 'user', 'subject', 'dkim', 'arc', 'status', 'text']
const ALSO_IN_LINE = ['tries', 'undo', 'role', 'why']

test('each column of the table is filled by the view, and no other', () => {
  expect(columns.length).toBeGreaterThan(30)
  expect(filled).toEqual(columns)
})

test('the view reads fields that the document has', () => {
  expect(fields.size).toBeGreaterThan(40)
  expect(readFields.filter(name => !fields.has(name))).toEqual([])
})

test('each field of the document has a column, or is named here as left in the line', () => {
  const left = [...fields].filter(name => !readFields.includes(name))
  expect(left.toSorted()).toEqual([...IN_LINE, ...ALSO_IN_LINE].toSorted())
})

test('every bracket of the schema is closed', () => {
  for (const [open = '', close = ''] of ['()', "''"]) expect(sql.split(open).length).toBe(sql.split(close).length)
})

test('Vector inserts into a table of the schema, in the form that it has', () => {
  const vector = readFileSync('deploy/vector.toml', 'utf8')
  expect(vector).toContain('table = "lines"')
  expect(vector).toContain('. = { "line": .message }')
  expect(sql).toContain('CREATE TABLE IF NOT EXISTS postern.lines (line String)')
})
