/**
 * The last step of `npm run build`: keeps the declarations that an entry point reaches, and writes the entry points for
 * CommonJS. Such an entry point requires the ES module, so that a process has one copy of postern however it is loaded;
 * its declarations are copies, because TypeScript reads the format of a module off the folder of its declarations.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

type Target = string | { readonly [condition: string]: Target }

const { exports }: { readonly exports: Readonly<Record<string, Target>> } = JSON.parse(
  readFileSync('package.json', 'utf8'),
)
const targets = Object.values(exports).flatMap(filesOf)
const commonJs = resolve('dist/cjs')
const isCommonJs = (file: string): boolean => file.startsWith(commonJs)
const reached = reach(targets.filter(file => file.endsWith('.d.ts') && !isCommonJs(file)))

for (const file of readdirSync('dist', { recursive: true, encoding: 'utf8' }))
  if (file.endsWith('.d.ts') && !reached.has(resolve('dist', file))) rmSync(join('dist', file))

for (const file of reached) place(file, copyFileSync)
for (const file of targets.filter(each => each.endsWith('.js') && isCommonJs(each))) {
  const module = join('dist', relative(commonJs, file))
  if (!existsSync(module)) throw new Error(`${module} was not built, but package.json names ${file}`)
  place(resolve(module), (_, copy) =>
    writeFileSync(copy, `'use strict'\nmodule.exports = require('${relative(dirname(copy), module)}')\n`),
  )
}
writeFileSync(join(commonJs, 'package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`)

/** Calls `write` with a file of `dist` and its place in `dist/cjs`, whose folder is there. */
function place(file: string, write: (file: string, copy: string) => void): void {
  const copy = join(commonJs, relative(resolve('dist'), file))
  mkdirSync(dirname(copy), { recursive: true })
  write(file, copy)
}

function filesOf(target: Target): readonly string[] {
  return typeof target === 'string' ? [resolve(target)] : Object.values(target).flatMap(filesOf)
}

/** The declarations that `roots` import, and so on. */
function reach(roots: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const waiting = [...roots]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g))
      waiting.push(resolve(dirname(file), name.replace(/\.[jt]s$/, '.d.ts')))
  }
  return seen
}
