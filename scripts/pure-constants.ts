/**
 * Marks what a built file computes for its constants as free of side effects, so that a bundler leaves out each
 * constant that a program does not use: `node scripts/pure-constants.ts FOLDER`. Without the mark a bundler must assume
 * that `const schema = schemaOf(…)` does something, and takes all filters for one.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Expression, type Node, type Program, parse } from 'acorn'

/** What bundlers already know to have no side effects. A class or function keeps the name that its constant gives. */
const PLAIN: ReadonlySet<string> = new Set([
  'ArrowFunctionExpression',
  'ClassExpression',
  'FunctionExpression',
  'Identifier',
  'Literal',
])

/** Marks the constants of all scripts in `folder`. Pages of the console are programs, not modules: they stay. */
export function markConstants(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js') || /^(?:cjs|console[\\/]web)[\\/]/.test(file)) continue
    const path = join(folder, file)
    writeFileSync(path, marked(readFileSync(path, 'utf8')))
  }
}

/** The same module, in which each computed constant is the result of a function that is marked as pure. */
export function marked(code: string): string {
  const program: Program = parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true })
  let result = ''
  let copied = 0
  for (const { start, end } of computedConstants(program)) {
    result += `${code.slice(copied, start)}/* @__PURE__ */(()=>(${code.slice(start, end)}))()`
    copied = end
  }
  return result + code.slice(copied)
}

function computedConstants({ body }: Program): readonly Node[] {
  return body
    .map(statement => (statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement))
    .flatMap(statement => (statement?.type === 'VariableDeclaration' ? statement.declarations : []))
    .flatMap(({ id, init }) => (id.type === 'Identifier' && init && !isPlain(init) ? [init] : []))
}

function isPlain(value: Expression): boolean {
  if (value.type !== 'ArrayExpression') return PLAIN.has(value.type)
  return value.elements.every(each => each !== null && each.type !== 'SpreadElement' && isPlain(each))
}

if (process.argv[1] === import.meta.filename) markConstants(process.argv[2] ?? 'dist')
