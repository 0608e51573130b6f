/** docs/reference/events.md names every field of every event, and no other. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const source = ['event-base', 'events', 'action-event']
  .map(name => readFileSync(`src/model/${name}.ts`, 'utf8'))
  .join('\n')
const page = readFileSync('docs/reference/events.md', 'utf8')

/** The fields that an interface declares itself. */
function fieldsOf(name: string): readonly string[] {
  const body = new RegExp(`export interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)\\n\\}\\n`).exec(source)?.[1]
  if (body === undefined) throw new Error(`src/model has no interface ${name}`)
  return Array.from(body.matchAll(/^ {2}readonly (\w+)\??:/gm), ([, field = '']) => field)
}

/** The first column of the table below a heading. */
function rowsUnder(heading: string): readonly string[] {
  const section = page.split(/^## /m).find(part => part.startsWith(heading)) ?? ''
  return Array.from(section.matchAll(/^\| `(\w+)` \|/gm), ([, field = '']) => field)
}

const COMMON = ['v', 'type', 'time', 'ref', 'node']

test('the fields of every event', () => {
  expect(rowsUnder('Every event')).toEqual(expect.arrayContaining([...fieldsOf('EventBase'), 'type']))
  expect(rowsUnder('Every event')).toHaveLength(COMMON.length)
})

test.for([
  ['session', ['SessionEvent']],
  ['transaction', ['TransactionEvent']],
  ['recipient', ['RecipientEvent']],
  ['delivery', ['DeliveryEvent', 'DeliveryReport']],
  ['feedback', ['FeedbackEvent']],
  ['notice', ['NoticeEvent']],
  ['action', ['ActionEvent']],
] as const)('the fields of %s', ([type, interfaces]) => {
  const declared = interfaces.flatMap(fieldsOf).filter(field => !COMMON.includes(field))
  expect(declared.length).toBeGreaterThan(2)
  expect(rowsUnder(`\`${type}\``).toSorted()).toEqual(declared.toSorted())
})

test('every type of event has its section', () => {
  const types = Array.from(source.matchAll(/readonly type: '(\w+)'/g), ([, type = '']) => type)
  const sections = Array.from(page.matchAll(/^## `(\w+)`$/gm), ([, type = '']) => type)
  expect(sections.toSorted()).toEqual(types.toSorted())
})
