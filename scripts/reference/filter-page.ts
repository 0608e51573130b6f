/** The page of one filter, from its doc comment, its options and its findings. */

import { ruleSets } from '../../src/filters/content/rule-sets.ts'
import * as filters from '../../src/filters/index.ts'
import { contentFilters, recommended } from '../../src/filters/index.ts'
import { ROUTE_POINTS } from '../../src/filters/route-points.ts'
import { defaultPoints } from '../../src/filters/rules/rule.ts'
import type { Filter } from '../../src/model/filter.ts'
import { stages } from '../../src/model/stage.ts'
import type { Factory } from './ask.ts'
import { exampleModule } from './example.ts'
import { FILTERS, type FilterEntry, type FindingRow } from './filters.ts'
import { code, page, prose, table } from './markdown.ts'
import { asCode, optionBlocks } from './options-table.ts'
import { exportsOf, type FunctionSource, functionIn, membersOf, throwsText } from './source.ts'

const ENTRY = 'src/filters/index.ts'
const declared = exportsOf(ENTRY)

/** What a page says about a filter. */
export interface FilterFacts {
  readonly factory: string
  readonly entry: FilterEntry
  readonly source: FunctionSource
  readonly filter: Filter
  readonly make: Factory
  /** Where it stands without any option: `recommended`, `contentFilters`, `loadControl` or nowhere. */
  readonly setName: string | undefined
}

const DOMAINS = { domains: ['example.org'] }
const inRecommended = new Set(recommended(DOMAINS).map(({ name }) => name))
const inContent = new Set(contentFilters(DOMAINS).map(({ name }) => name))
const inLoadControl = new Set(filters.loadControl({ filters: [] }).map(({ name }) => name))

/** What is known of a filter, by the name of its factory. */
export function factsOf(factory: string): FilterFacts {
  const entry = FILTERS[factory]
  const make: unknown = Object.entries(filters).find(([name]) => name === factory)?.[1]
  const file = declared.get(factory)
  if (entry === undefined || typeof make !== 'function' || file === undefined)
    throw new Error(
      `${factory} is no filter; expected an export of postern/filters that scripts/reference/filters.ts has`,
    )
  const filter = (make as (options?: unknown) => Filter)(entry.sample)
  const { name } = filter
  const setName = inRecommended.has(name)
    ? 'recommended'
    : inContent.has(name)
      ? 'contentFilters'
      : inLoadControl.has(name)
        ? 'loadControl'
        : undefined
  return { factory, entry, source: functionIn(file, factory), filter, make: make as Factory, setName }
}

/** The stages that a filter has a method for, in their order. */
export const stagesOf = (filter: Filter): readonly string[] => [
  ...(filter.precheck ? ['socket'] : []),
  ...stages.filter(stage => filter[stage] !== undefined),
]

/** The page of one filter. */
export function filterPage(factory: string): string {
  const known = factsOf(factory)
  const { entry, source, filter, make } = known
  const { name } = filter
  const type = /options\??: (\w+)/.exec(source.parameters)?.[1] ?? ''
  const options = optionBlocks({ make, type, file: source.file, defaultOf: option => measured(name, entry, option) })
  const example = source.doc.example
  return page(
    `# ${factory}`,
    prose(source.doc.text),
    prose(throwsText(source.doc)),
    table(['property', 'value'], properties(known)),
    '## Options',
    ...(options[0] === '' ? ['There are none.'] : options),
    '## Findings',
    ...findingBlocks(known, type),
    ...(example === undefined ? [] : ['## Example', code('ts', exampleModule(example))]),
    '## See also',
    seeAlso(entry, name),
  )
}

const ORDERS = { early: 'first of its stage', late: 'after the other filters of its stage', last: 'last of its stage' }
const CHECKS = {
  identity: 'identity: not for authenticated users, trusted networks, forwarders and allowed senders',
  content: 'content: not for allowed senders',
}

function properties({ entry, filter, setName }: FilterFacts): readonly (readonly string[])[] {
  const { name, order, checks, failure = 'pass', required } = filter
  return [
    ['name in findings', `\`${name}\``],
    ['stages', stagesOf(filter).join(', ') || 'none'],
    ['runs', order === undefined ? 'together with the others' : ORDERS[order]],
    ['checks', checks === undefined ? 'always runs' : CHECKS[checks]],
    ['cost', entry.cost],
    ['needs', entry.needs],
    ['by default', setName === undefined ? 'off' : `part of \`${setName}\``],
    [
      'when it fails or is late',
      failure === 'defer'
        ? 'the mail is deferred'
        : `the mail is judged without it; \`${name}/failed\` or \`${name}/timeout\` is found`,
    ],
    ...(required === undefined ? [] : [['no exemption', `\`unless\` refuses it: ${required}`]]),
  ]
}

/** The measured points of an option, which take precedence over the documented default. */
function measured(name: string, { findings }: FilterEntry, option: string): string | undefined {
  const found = findings.find(row => row.option === option)
  const points = found && ROUTE_POINTS[`${name}/${found.rule}`]
  return points === undefined ? undefined : String(points)
}

function findingBlocks({ entry, filter: { name }, source }: FilterFacts, type: string): readonly string[] {
  const set = ruleSets().find(found => found.name === name)
  if (set) {
    const rows = Object.entries(set.rules).map(([id, rule]) => {
      const { fires, group, certain } = rule
      const points = defaultPoints(rule, set.measured[id])
      return [`\`${id}\``, `${fires}${certain ? ' (certain)' : ''}`, group, String(points)]
    })
    const caps = Object.entries(set.caps).map(([group, cap]) => `${group} ${cap}`)
    return [
      `The rules of a group cost together at most: ${caps.join(', ')}. [Content rules](../rules.md#${name}) has the mail
      on which the points were measured.`,
      table(['rule', 'fires when', 'group', 'points'], rows),
    ]
  }
  if (entry.findings.length === 0) return ['It adds no findings.']
  const members = membersOf(type, source.file) ?? []
  const rows = entry.findings.map(row => [
    `\`${row.rule === '' ? name : `${name}/${row.rule}`}\``,
    row.when,
    leadsTo(
      row,
      row.option && (measured(name, entry, row.option) ?? members.find(m => m.name === row.option)?.doc.defaultValue),
    ),
  ])
  return [table(['finding', 'when', 'leads to'], rows)]
}

function leadsTo({ option, leadsTo: said }: FindingRow, value: string | undefined): string {
  if (option === undefined) return said ?? ''
  const number = Number(value)
  if (Number.isNaN(number)) return `\`${option}\`: by default ${asCode(value ?? '')}`
  return number === 0
    ? `\`${option}\`: nothing by default`
    : `\`${option}\`: ${value} ${number === 1 ? 'point' : 'points'} by default`
}

function seeAlso({ pages = [] }: FilterEntry, name: string): string {
  const links = pages.map(path => `[${path.replace(/^.*\/|\.md$/g, '').replaceAll('-', ' ')}](../../${path})`)
  const rules = ruleSets().some(set => set.name === name) ? ['[all content rules](../rules.md)'] : []
  return [...links, ...rules, '[all filters](../filters.md)', '[replies and status codes](../replies.md)'].join(' · ')
}
