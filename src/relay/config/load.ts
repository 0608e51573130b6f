/** Loads a configuration file: a module whose default export is the configuration, or JSON. */
import { readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { errorText, PosternError, type Problem } from '../../model/errors.ts'
import { isRecord } from '../../model/options.ts'
import { gather } from './command-line.ts'
import { type Effective, effective, type Sources } from './options.ts'
import type { RelayConfig } from './types.ts'

const MODULES: ReadonlySet<string> = new Set(['.ts', '.mts', '.js', '.mjs', '.cjs', '.cts'])

/** Node caches modules for ever: a file that is read again gets another URL. */
let loads = 0

/**
 * Loads the file that `--config` or POSTERN_CONFIG names, and puts command line and environment over it.
 *
 * @throws PosternError with every problem; the path of each begins with the file where the mistake is in the file
 */
export async function loadOptions(sources: Sources): Promise<Effective> {
  const ignored: Problem[] = []
  const file = gather(sources.args, sources.environment, ignored).get('config')?.at(-1)
  return effective(file === undefined ? {} : await loadConfig(file), sources)
}

/** @throws PosternError when the file cannot be loaded, or does not export an object */
export async function loadConfig(file: string): Promise<RelayConfig> {
  const extension = extname(file)
  if (extension !== '.json' && !MODULES.has(extension))
    throw wrongFile(file, extension || 'no extension', 'a file that ends in .ts, .mts, .js, .mjs or .json')
  let config: unknown
  try {
    config = extension === '.json' ? await readJson(file) : await importModule(file)
  } catch (error) {
    throw wrongFile(file, whatFailed(error, file), 'a configuration that can be loaded')
  }
  if (isRecord(config)) return config
  const expected = 'a configuration as the default export'
  throw wrongFile(
    file,
    config,
    extension === '.json' ? 'a JSON object' : `${expected}: export default defineConfig({ … })`,
  )
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8')) as unknown
}

async function importModule(file: string): Promise<unknown> {
  loads += 1
  const url = pathToFileURL(resolve(file)).href
  const loaded = (await import(loads === 1 ? url : `${url}?load=${loads}`)) as { readonly default?: unknown }
  return loaded.default
}

/** The message, and for a syntax error the line, which Node writes on top of the stack. */
function whatFailed(error: unknown, file: string): string {
  const text = errorText(error)
  if (!(error instanceof Error)) return text
  const [, line] =
    new RegExp(`${file.replace(/^.*[/\\]/, '').replace(/[.*+?^$()[\]{}|\\]/g, '\\$&')}[^\\s:]*:(\\d+)`).exec(
      error.stack ?? '',
    ) ?? []
  return line === undefined ? text : `line ${line}: ${text}`
}

function wrongFile(file: string, found: unknown, expected: string): PosternError {
  return new PosternError([{ path: file, found, expected, remedy: 'correct the file, and run postern config check' }])
}
