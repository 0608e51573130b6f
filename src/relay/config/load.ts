/** Loads a configuration file: a module whose default export is the configuration, or JSON. */
import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, extname, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { errorText, PosternError, type Problem } from '../../model/errors.ts'
import { isRecord } from '../../model/options.ts'
import { gather } from './command-line.ts'
import { type Effective, effective, type Sources } from './options.ts'
import type { RelayConfig } from './types.ts'

const MODULES: ReadonlySet<string> = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'])
const ENDINGS = 'a file that ends in .ts, .mts, .js, .mjs or .json'

/** Node caches modules for ever: a file that is read again gets another URL. */
let loads = 0

/**
 * Loads the file that `--config` or POSTERN_CONFIG names, and puts command line and environment over it.
 *
 * @throws PosternError with every problem
 */
export async function loadOptions(sources: Sources): Promise<Effective> {
  return effective(await loadSources(sources), sources)
}

/** The configuration of the file, or an empty one without a file. @throws PosternError when it cannot be loaded */
export async function loadSources({ args, environment }: Sources): Promise<RelayConfig> {
  const ignored: Problem[] = []
  const file = gather(args, environment, ignored).get('config')?.at(-1)
  return file === undefined ? {} : await loadConfig(file)
}

async function loadConfig(file: string): Promise<RelayConfig> {
  const extension = extname(file)
  const isJson = extension === '.json'
  if (!isJson && !MODULES.has(extension)) throw wrongFile(file, extension || 'a name without an extension', ENDINGS)
  const isThere = await stat(file).then(
    found => found.isFile(),
    () => false,
  )
  if (!isThere) throw wrongFile(file, 'no such file', 'a file that can be read')
  let config: unknown
  try {
    config = await (isJson ? readJson(file) : importModule(file))
  } catch (error) {
    if (isUnbuilt(error))
      throw wrongFile(file, 'postern without its build', 'a build', 'run npm run build in the checkout')
    throw await notLoaded(error, file)
  }
  if (isRecord(config)) return config
  if (isJson) throw wrongFile(file, config, 'an object in JSON')
  const expected = config === undefined ? 'a default export' : 'an object as its default export'
  throw wrongFile(file, config, expected, 'write export default defineConfig({ … })')
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8')
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new SyntaxError(`line ${wrongLine(text)}: ${errorText(error).replace(/, "[\s\S]*?is not/, ' is not')}`)
  }
}

/** The line at which the text stops being the beginning of JSON. */
function wrongLine(text: string): number {
  let [right, wrong] = [0, text.length]
  while (right < wrong) {
    const middle = Math.ceil((right + wrong) / 2)
    if (mayBegin(text.slice(0, middle))) right = middle
    else wrong = middle - 1
  }
  return text.slice(0, right).split('\n').length
}

/** Whether the text, with something behind it, could be JSON. */
function mayBegin(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    return /end of JSON input|Unterminated string|Expected .* JSON at position/.test(errorText(error))
      ? isAtEnd(errorText(error), text)
      : false
  }
}

/** The error is at the end of the text, and not within it. */
function isAtEnd(message: string, text: string): boolean {
  const [, position] = /at position (\d+)/.exec(message) ?? []
  return position === undefined || message.startsWith('Unterminated') || Number(position) >= text.length
}

async function importModule(file: string): Promise<unknown> {
  loads += 1
  const url = pathToFileURL(resolve(file)).href
  const loaded = (await import(loads === 1 ? url : `${url}?load=${loads}`)) as { readonly default?: unknown }
  return loaded.default
}

/** A checkout in which the configuration imports `postern/relay`, which leads to `dist`. */
const isUnbuilt = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === 'ERR_MODULE_NOT_FOUND' &&
  'url' in error &&
  String(error.url).startsWith(`${DIST}/`)

const DIST = pathToFileURL(resolve(import.meta.dirname, '../../../dist')).href

/** What Node says of a file that it cannot load, with the line, and what to do. */
async function notLoaded(error: unknown, file: string): Promise<PosternError> {
  const expected = 'a configuration that can be loaded'
  const missing = missingModule(error, file)
  if (missing !== undefined) return wrongFile(file, missing.found, missing.expected, missing.remedy)
  const text = errorText(error)
  if (/^Unknown file extension "\.[cm]?ts"/.test(text)) {
    const remedy = 'install a newer Node, or write the configuration as .mjs'
    return wrongFile(file, `Node ${process.version}`, 'Node 22.19 or later, which reads TypeScript', remedy)
  }
  if (text.startsWith('Cannot use import statement outside a module')) {
    const remedy = 'run npm pkg set type=module in its folder, or name the file .mts or .mjs'
    return wrongFile(file, 'import in a CommonJS file', 'an ES module', remedy)
  }
  const isCommonJs = error instanceof ReferenceError && /^(?:module|exports|require) is not defined/.test(text)
  if (isCommonJs) return wrongFile(file, text, 'an ES module', 'write import and export default, or name the file .cjs')
  if (!(error instanceof SyntaxError) || text.startsWith('line ')) return wrongFile(file, text, expected)
  const line = lineIn(error.stack, file) ?? (await syntaxErrorLine(file))
  return wrongFile(file, line === undefined ? text : `${line}: ${text}`, expected)
}

/** A package that is not installed, or a file that is not there, which a configuration imports. */
function missingModule(error: unknown, file: string): Omit<Problem, 'path'> | undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) return undefined
  const [, name] = /^Cannot find package '([^']+)'/.exec(error.message) ?? []
  if (name !== undefined) {
    const install = `correct the name, or run npm install ${name} in the folder of ${basename(file)}`
    return { found: `no package ${name}`, expected: 'packages that are installed', remedy: install }
  }
  const path = 'url' in error && URL.canParse(String(error.url)) ? fileURLToPath(String(error.url)) : undefined
  if (path === undefined) return undefined
  const found = `no file ${relative(dirname(resolve(file)), path)}`
  const written = `./${relative(dirname(resolve(file)), path)}`
  const remedy = extname(path) === '' ? `write its extension, such as import … from '${written}.ts'` : CORRECT
  return { found, expected: 'files that are there', remedy }
}

/** The line of a syntax error in TypeScript; the stack of Node begins with it. It may be in a file that is imported. */
function lineIn(stack: string | undefined, file: string): string | undefined {
  const [, url = '', line] = /^(file:\S+):(\d+)\n/.exec(stack ?? '') ?? []
  if (line === undefined) return undefined
  const path = fileURLToPath(url.replace(/\?.*$/, ''))
  const isOther = path !== resolve(file)
  return isOther ? `${relative(dirname(resolve(file)), path)} line ${line}` : `line ${line}`
}

/** Node writes the line of a syntax error only when it checks a file. */
function syntaxErrorLine(file: string): Promise<string | undefined> {
  return new Promise(done => {
    execFile(process.execPath, ['--check', file], { timeout: 10_000 }, (_error, _out, said) => {
      const [, line] = /^[^\n]*:(\d+)$/m.exec(said) ?? []
      done(line && `line ${line}`)
    })
  })
}

const CORRECT = 'correct it, and run postern config check'

function wrongFile(file: string, found: unknown, expected: string, remedy = CORRECT): PosternError {
  return new PosternError([{ path: file, found, expected, remedy }])
}
