/** Makes a module of the example of a doc comment: with the imports that it needs. */
import { exportsOf } from './source.ts'

const ENTRIES: readonly (readonly [module: string, file: string])[] = [
  ['postern', 'src/index.ts'],
  ['postern/filters', 'src/filters/index.ts'],
  ['postern/facts', 'src/facts/index.ts'],
  ['postern/store', 'src/store/index.ts'],
  ['postern/sqlite', 'src/store/sqlite/sqlite.ts'],
  ['postern/redis', 'src/store/redis/redis.ts'],
]

/** The example with its imports. A name that a filter and a fact share is the filter's. */
export function exampleModule(example: string): string {
  const text = example.trim()
  const imported = new Set(Array.from(text.matchAll(/^import .*?\b(\w+)\b/gm), ([, name = '']) => name))
  const taken = new Set([...imported, ...Array.from(text.matchAll(/\bconst (\w+)/g), ([, name = '']) => name)])
  const lines = ENTRIES.flatMap(([module, file]) => {
    const exported = [...exportsOf(file).keys()].filter(name => !taken.has(name))
    const values = exported.filter(name => /^[a-z]/.test(name) && isUsed(text, name))
    const types = exported.filter(name => text.includes(` as ${name}`) && /^[A-Z]/.test(name))
    for (const name of [...values, ...types]) taken.add(name)
    const names = [...types.map(name => `type ${name}`), ...values.toSorted()]
    return names.length === 0 ? [] : [`import { ${names.join(', ')} } from '${module}'`]
  })
  return [...lines, ...(text.startsWith('import ') ? [] : ['']), text].join('\n')
}

/** As a call or a value: not as a key, a member or a part of a text. */
const isUsed = (text: string, name: string): boolean =>
  new RegExp(`(?<![\\w'"/-]|(?<!\\.\\.)\\.)${name}(?=\\()|(?<=\\{ )${name}(?= \\})`).test(
    text.replace(/'[^'\n]*'/g, "''"),
  )
