/** Makes a page for each entry point of the API, from the model that API Extractor writes. */
import { readFileSync } from 'node:fs'
import { code, codeSpan, firstSentence, page, prose, table } from './reference/markdown.ts'
import { readDoc, throwsText } from './reference/source.ts'

/** An export, or a member of one, as the model has it. */
interface Item {
  readonly kind: string
  readonly name?: string
  readonly docComment?: string
  readonly excerptTokens?: readonly { readonly text: string }[]
  readonly members?: readonly Item[]
}

/** An entry point: `postern/filters`, and the file of its model. */
export interface ApiEntry {
  readonly specifier: string
  readonly model: string
}

/** The name of the page of an entry point: `postern`, `filters`, `testing-vitest`. */
export const pageName = (specifier: string): string => specifier.replace(/^postern\//, '').replaceAll('/', '-')

/** The page of one entry point: every export with its doc comment and its signature. */
export function apiPage({ specifier, model }: ApiEntry): string {
  const items = itemsOf(model)
  const anchors = anchorsOf(items)
  const rows = items.map((item, index) => [
    `[\`${item.name}\`](#${anchors[index]})`,
    kindOf(item),
    firstSentence(docOf(item).text),
  ])
  return page(
    `# ${specifier}`,
    `What \`${specifier}\` exports. This page is made from the types of the package by \`npm run api\`;
    [all entry points](../api.md) are listed apart. Other types that a signature names are in \`postern/types\`.`,
    items.length === 0 ? 'It exports nothing: it is imported for what it does.' : '',
    table(['export', 'kind', 'what it is'], rows),
    ...items.flatMap(itemBlocks),
  )
}

/** The list of the entry points. */
export function apiList(entries: readonly ApiEntry[]): string {
  const rows = entries.map(({ specifier, model }) => {
    const names = itemsOf(model).flatMap(item => (kindOf(item) === 'type' ? [] : [`\`${item.name}\``]))
    const shown = names.length > 12 ? [...names.slice(0, 12), '…'] : names
    return [`[${specifier}](api/${pageName(specifier)}.md)`, shown.join(', ')]
  })
  return page(
    '# API',
    `Each entry point loads only what it needs. All of them but
    \`postern/testing/vitest\` can be imported and required. The pages are made from the types of the package by \`npm run
    api\`.`,
    table(['entry point', 'functions and values'], rows),
  )
}

/** The exports of a model, functions first. Overloads stand together. */
function itemsOf(model: string): readonly Item[] {
  const { members = [] }: Item = JSON.parse(readFileSync(model, 'utf8'))
  const [{ members: items = [] } = { kind: '' } as Item] = members
  const order = (item: Item): number => (kindOf(item) === 'type' ? 1 : 0)
  const named = items.map(item => ({ ...item, name: item.name?.replace(/_\d+$/, '') ?? '' }))
  return named.toSorted((a, b) => order(a) - order(b) || (a.name ?? '').localeCompare(b.name ?? '', 'en'))
}

function kindOf({ kind }: Item): string {
  if (kind === 'Function' || kind === 'Class') return kind.toLowerCase()
  return kind === 'Variable' ? 'value' : 'type'
}

/** The anchors of the headings: the second of the same letters gets a number. */
function anchorsOf(items: readonly Item[]): readonly string[] {
  const seen = new Map<string, number>()
  return items.map(({ name = '' }) => {
    const anchor = name.toLowerCase()
    const count = seen.get(anchor) ?? 0
    seen.set(anchor, count + 1)
    return count === 0 ? anchor : `${anchor}-${count}`
  })
}

const textOf = ({ excerptTokens = [] }: Item): string =>
  excerptTokens
    .map(({ text }) => text)
    .join('')
    .trim()

const docOf = ({ docComment = '' }: Item) => readDoc(docComment.replace(/^\/\*\*|\*\/\s*$/g, ''))

function itemBlocks(item: Item): readonly string[] {
  const doc = docOf(item)
  const { text, example } = doc
  const members = (item.members ?? []).filter(member => member.name !== undefined)
  const signature = textOf(item)
    .replace(/^export (?:declare )?/, '')
    .replace(/_\d+\b/g, '')
  const isBare = /^interface \w+$/.test(signature)
  const isTable = members.length > 0 && item.kind !== 'Enum'
  return [
    `## ${item.name}`,
    prose(text),
    prose(throwsText(doc)),
    ...(isBare ? [] : [code('typescript', signature)]),
    ...(isTable ? [table(['member', 'type', 'what it is', 'default'], members.map(memberRow))] : []),
    ...(example === undefined ? [] : ['Example:', code('typescript', example)]),
  ]
}

function memberRow(member: Item): readonly string[] {
  const { text, defaultValue = '' } = docOf(member)
  const declared = textOf(member)
    .replace(/^readonly /, '')
    .replace(/;$/, '')
  const [name = ''] = /^\w+\??/.exec(declared) ?? [member.name]
  const type = declared
    .slice(name.length)
    .replace(/^: | = .*$/g, '')
    .replace(/\s+/g, ' ')
  return [codeSpan(name), codeSpan(type), text, defaultValue]
}
