/** The list of all filters, with what each costs. */

import { exampleModule } from './example.ts'
import { factsOf, stagesOf } from './filter-page.ts'
import { COMBINED, FILTERS } from './filters.ts'
import { code, page, prose, table } from './markdown.ts'
import { exportsOf, functionIn } from './source.ts'

const HEAD = ['filter', 'stages', 'cost', 'needs', 'by default']

/** The content of docs/reference/filters.md. */
export function filtersPage(): string {
  const rows = Object.keys(FILTERS).map(factory => {
    const { entry, filter, setName } = factsOf(factory)
    const link = `[\`${factory}\`](filters/${filter.name}.md)`
    const stages = [...stagesOf(filter), ...(filter.order === 'late' || filter.order === 'last' ? [filter.order] : [])]
    return [link, stages.join(', '), entry.cost, entry.needs, setName === undefined ? 'off' : `\`${setName}\``]
  })
  return page(
    '# Filters',
    `Each filter is a factory of \`postern/filters\`: it takes its options and returns a filter for \`postern({ filters
    })\`. This list and the pages of the filters are made from the code by \`npm run reference\`; a test checks that they
    are current.`,
    table(HEAD, rows),
    `"By default" names the set that contains the filter: \`recommended({ domains })\`, \`contentFilters()\` (which
    \`recommended({ domains, content: true })\` includes), \`loadControl({ filters })\`. Figures with * were measured before
    this version and not since; [figures](../explain/figures.md) has the commands.`,
    `A duration is a text such as \`'5m'\`, \`'1.5s'\`, \`'36d'\`, or milliseconds as a number. A size is a text such as
    \`'25mb'\`, \`'256kb'\`, or bytes as a number. Points are added to the score of a message; the thresholds of the
    [policy](api/postern.md#thresholds) decide. A wrong option stops the start with an
    [error](errors.md) that says what is expected.`,
    '## Sets and combinations',
    ...COMBINED.flatMap(combinedBlocks),
    '## Dry runs and exemptions',
    ...['shadow', 'unless'].flatMap(modelBlocks),
    '## A filter of your own',
    `[Write and test a rule](../start/rule.md) shows how. The model of a filter is [\`Filter\`](api/postern.md#filter).`,
  )
}

function combinedBlocks(name: string): readonly string[] {
  const file = exportsOf('src/filters/index.ts').get(name) ?? ''
  const { doc } = functionIn(file, name)
  return [
    `### ${name}`,
    prose(doc.text),
    ...(doc.example === undefined ? [] : [code('ts', exampleModule(doc.example))]),
  ]
}

function modelBlocks(name: string): readonly string[] {
  const { doc } = functionIn('src/model/combine.ts', name)
  return [
    `### ${name}`,
    prose(doc.text),
    ...(doc.example === undefined ? [] : [code('ts', exampleModule(doc.example))]),
  ]
}
