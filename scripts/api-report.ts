/**
 * Writes the public API of every entry point to `etc/*.api.md`, or with `--check` fails when a report is out of date,
 * when an export has no doc comment, or when a type that the API mentions cannot be imported from any entry point.
 * Needs a build.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel, type ExtractorMessage } from '@microsoft/api-extractor'

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
  return types === undefined ? [] : [{ name: subpath === '.' ? 'index' : basename(subpath), types: join(root, types) }]
})
/** What some entry point exports: an adapter need not export the gateway again. */
const importable = new Set(entries.flatMap(({ types }) => exportsOf(readFileSync(types, 'utf8'))))

let failed = false
mkdirSync(reports, { recursive: true })
mkdirSync(temporary, { recursive: true })
for (const { name, types } of entries) report(name, types)
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
      docModel: { enabled: false },
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
