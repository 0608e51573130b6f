/**
 * Writes the public API of every entry point to `etc/*.api.md` and its pages to `docs/reference/api`, or with `--check`
 * fails when one of them is out of date, when an export has no doc comment, or when a type that the API mentions cannot
 * be imported from any entry point. Needs a build.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel, type ExtractorMessage } from '@microsoft/api-extractor'
import { type ApiEntry, apiList, apiPage, pageName } from './api-pages.ts'

interface Manifest {
  readonly exports: Readonly<
    Record<string, string | { readonly types?: string; readonly import?: { readonly types: string } }>
  >
}

const check = process.argv.includes('--check')
const root = process.cwd()
const reports = join(root, 'etc')
const temporary = join(root, 'node_modules', '.cache', 'api-report')
const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const strict = new Set(['ae-undocumented', 'ae-forgotten-export'])
const silent = { default: { logLevel: ExtractorLogLevel.None } }

const entries = Object.entries(manifest.exports).flatMap(([subpath, target]) => {
  const types = typeof target === 'string' ? undefined : (target.import?.types ?? target.types)
  return types === undefined ? [] : [entryOf(subpath, types)]
})
/** What some entry point exports: an adapter need not export the gateway again. */
const importable = new Set(entries.flatMap(({ types }) => exportsOf(readFileSync(types, 'utf8'))))

let failed = false
mkdirSync(reports, { recursive: true })
mkdirSync(temporary, { recursive: true })
for (const { name, types } of entries) report(name, types)
writePages()
rmSync(temporary, { recursive: true, force: true })
if (failed) process.exitCode = 1

function report(name: string, entry: string): void {
  const problems: string[] = []
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: entry,
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2022',
            lib: ['es2023'],
            module: 'nodenext',
            moduleResolution: 'nodenext',
            skipLibCheck: true,
            types: ['node'],
          },
          files: [entry],
        },
      },
      apiReport: {
        enabled: true,
        reportFolder: reports,
        reportTempFolder: temporary,
        reportFileName: `${name}.api.md`,
      },
      docModel: { enabled: true, apiJsonFilePath: modelOf(name) },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          ...silent,
          'ae-forgotten-export': { logLevel: ExtractorLogLevel.Warning },
          'ae-undocumented': { logLevel: ExtractorLogLevel.Warning },
        },
        compilerMessageReporting: silent,
        tsdocMessageReporting: silent,
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  })
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: !check,
    showVerboseMessages: false,
    messageCallback: (message: ExtractorMessage) => {
      message.handled = true
      const [, symbol] = /^The symbol "(\w+)" needs to be exported/.exec(message.text) ?? []
      if (symbol !== undefined && (importable.has(symbol) || isConstant(symbol))) return
      if (strict.has(message.messageId)) problems.push(`${message.formatMessageWithLocation(root)}`)
    },
  })
  for (const problem of problems) console.error(problem)
  if (check && apiReportChanged)
    console.error(`etc/${name}.api.md is out of date: run npm run api, and commit what it writes`)
  if (problems.length > 0 || (check && apiReportChanged)) failed = true
  console.log(`${name}: ${problems.length === 0 ? 'documented' : `${problems.length} problems`}`)
}

function entryOf(subpath: string, types: string) {
  const specifier = subpath === '.' ? 'postern' : subpath.replace('.', 'postern')
  return { specifier, name: subpath === '.' ? 'index' : basename(subpath), types: join(root, types) }
}

function modelOf(name: string): string {
  return join(temporary, `${name}.api.json`)
}

/** The pages of the reference; with `--check` they are compared. */
function writePages(): void {
  const apis = entries.map(({ specifier, name }): ApiEntry => ({ specifier, model: modelOf(name) }))
  const pages = apis.map(entry => [`api/${pageName(entry.specifier)}.md`, apiPage(entry)] as const)
  for (const [path, text] of [['api.md', apiList(apis)] as const, ...pages]) {
    const file = join(root, 'docs/reference', path)
    const isCurrent = existsSync(file) && readFileSync(file, 'utf8') === text
    if (isCurrent) continue
    if (check) {
      console.error(`docs/reference/${path} is out of date: run npm run api, and commit what it writes`)
      failed = true
      continue
    }
    mkdirSync(join(root, 'docs/reference/api'), { recursive: true })
    writeFileSync(file, text)
  }
}

/** A type may list the keys of a table (`keyof typeof linkRules`); the table itself need not be imported. */
function isConstant(symbol: string): boolean {
  return /^[a-z]/.test(symbol)
}

/** The names that a declaration file exports. */
function exportsOf(text: string): readonly string[] {
  const lists = Array.from(text.matchAll(/^export (?:type )?\{([^}]*)\}/gm), ([, list = '']) => list.split(','))
  const named = lists.flat().map(
    item =>
      item
        .trim()
        .replace(/^type /, '')
        .split(' as ')
        .at(-1) ?? '',
  )
  const declared = text.matchAll(/^export (?:declare )?(?:interface|type|class|function|const) (\w+)/gm)
  return [...named, ...Array.from(declared, ([, name = '']) => name)]
}
