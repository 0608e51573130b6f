/**
 * Compiles the TypeScript of documents against our sources. Each block is a module; a block that begins with the
 * comment `// …` goes on where the block above it ends.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { codeBlocks } from './markdown.ts'

/** One module, and the line of the document that each of its lines is from. */
interface Module {
  readonly page: string
  readonly name: string
  readonly code: readonly string[]
  readonly lines: readonly number[]
}

const EXTENSIONS: Readonly<Record<string, string>> = { ts: 'ts', js: 'mjs', cjs: 'cjs' }

const isOfExample = (code: string): boolean => /^(?:\/\/|#|;) (?:examples|deploy)\//.test(code)

function modulesOf(page: string, text: string): readonly Module[] {
  const modules: Module[] = []
  for (const { language, code, line } of codeBlocks(text)) {
    const extension = EXTENSIONS[language]
    if (extension === undefined || isOfExample(code)) continue
    const above = /^\/\/ …/.test(code) ? modules.at(-1) : undefined
    const own = code.trimEnd().split('\n')
    modules.push({
      page,
      name: `${page.replace(/\W+/g, '-')}-${line}.${extension}`,
      code: [...(above?.code ?? []), ...own],
      lines: [...(above?.lines ?? []), ...own.map((_, index) => line + index)],
    })
  }
  return modules
}

/** What a page may use without saying where it is from, because its text says so. */
const PRELUDE = `
import type { Filter, Gateway } from 'postern'
import type { Store } from 'postern/store'
declare global {
  const filters: readonly Filter[]
  const gateway: Gateway
  const store: Store
}
`

/** @returns what is wrong, by page: `42: Cannot find name …` */
export function compile(pages: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> {
  const modules = Object.entries(pages).flatMap(([page, text]) => modulesOf(page, text))
  const folder = resolve('docs/.vitepress/cache', `code-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    for (const { name, code } of modules) writeFileSync(join(folder, name), `${code.join('\n')}\nexport {}\n`)
    writeFileSync(join(folder, 'prelude.ts'), PRELUDE)
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(configuration()))
    return byPage(problemsOf(modules, folder))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const configuration = (): object => ({
  extends: resolve('tsconfig.json'),
  compilerOptions: {
    allowJs: true,
    checkJs: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
    // A program of a reader may be less strict than ours.
    exactOptionalPropertyTypes: false,
    noImplicitAny: true,
    erasableSyntaxOnly: false,
    verbatimModuleSyntax: false,
  },
  include: ['*', resolve('src/**/*.d.ts')],
  exclude: [],
})

interface CodeProblem {
  readonly page: string
  readonly file: string
  readonly text: string
}

/** The compiler looks at no types while a file cannot be parsed: these files are taken away, and it looks again. */
function problemsOf(modules: readonly Module[], folder: string): readonly CodeProblem[] {
  const { stdout, status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', folder], {
    encoding: 'utf8',
  })
  // A parameter without a type is an error in TypeScript alone.
  const output = stdout.replace(/^.*\.[cm]js\(\d+,\d+\): error TS7\d{3}: .*$/gm, '')
  const lines = Array.from(output.matchAll(/^(.+?)\((\d+),\d+\): error TS(\d+): (.*)$/gm))
  if (status !== 0 && !stdout.includes('error TS')) throw new Error(`tsc ended with ${status}: ${stdout}`)
  const found = lines.map(([, path = '', at = '', , message = '']) => {
    const file = basename(path)
    const module = modules.find(({ name }) => name === file)
    return {
      page: module?.page ?? path,
      file,
      text: `${module?.lines[Number(at) - 1] ?? module?.lines.at(-1) ?? at}: ${message}`,
    }
  })
  const isUnreadable = lines.length > 0 && lines.every(([, , , code = '']) => /^1\d{3}$|^17\d{3}$/.test(code))
  if (!isUnreadable) return found
  const unreadable = new Set(found.map(({ file }) => file))
  for (const file of unreadable) rmSync(join(folder, file))
  return [...found, ...problemsOf(modules, folder)]
}

function byPage(problems: readonly CodeProblem[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>()
  for (const { page, text } of problems) found.set(page, (found.get(page) ?? new Set()).add(text))
  return new Map([...found].map(([page, texts]) => [page, [...texts]]))
}
