/** What importing one filter costs a program that bundles it: its code and all that is loaded with it, minified. */
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'tsup'
import { expect, test, vi } from 'vitest'
import { scratch } from './support/scratch.ts'

vi.setConfig({ testTimeout: 120_000 })

const MAX_BYTES = 60_000
/**
 * Filters with more rules than any other, whose texts and names of hosting take a third of this; the tables of brands
 * and the skeletons of names (25 KB) are loaded with the first message.
 */
const HEAVY: Readonly<Record<string, number>> = { links: 75_000, impersonation: 75_000, attachments: 75_000 }
/** Sets of many filters. */
const SETS: ReadonlySet<string> = new Set(['contentFilters', 'recommended'])

interface Output {
  readonly bytes: number
  readonly entryPoint?: string
  readonly imports: readonly { readonly path: string; readonly kind: string }[]
}

/** The file of each filter, as `postern/filters` exports it. */
const files = new Map(
  Array.from(readFileSync('src/filters/index.ts', 'utf8').matchAll(/export \{([^}]*)\} from '(\.[^']+)'/g)).flatMap(
    ([, names = '', file = '']) =>
      names
        .split(',')
        .map(name => name.trim())
        .filter(name => /^[a-z]/.test(name) && !name.startsWith('type ') && !SETS.has(name))
        .map(name => [name, join(process.cwd(), 'src/filters', file)] as const),
  ),
)

test('importing one filter costs under 60 KB, the three with most rules under 75 KB; what a message needs is loaded with the first one', async () => {
  expect(files.size).toBeGreaterThan(40)
  // Built together, filters share what any of them uses: an upper bound. Built alone, they have the exact cost.
  const together = await bytesOf([...files.keys()])
  const near = [...together].filter(([, bytes]) => bytes >= MAX_BYTES).map(([name]) => name)
  const alone = await Promise.all(near.map(async name => [...(await bytesOf([name]))]))
  expect([...together.values()].every(bytes => bytes > 0)).toBe(true)
  expect(alone.flat().filter(([name, bytes]) => bytes >= (HEAVY[name] ?? MAX_BYTES))).toEqual([])
})

/** The bytes that a program loads which imports one of `names` alone. */
async function bytesOf(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  await using folder = await scratch('weight-')
  const entry: Record<string, string> = {}
  for (const name of names) {
    const program = join(folder.path, `${name}.ts`)
    await writeFile(program, `import { ${name} } from '${files.get(name)}'\nconsole.log(${name})\n`)
    entry[name] = program
  }
  const outDir = join(folder.path, 'out')
  await build({
    ...{ entry, outDir, format: 'esm', target: 'node22', platform: 'node', config: false, silent: true },
    ...{ minify: true, splitting: true, metafile: true, noExternal: [/./] },
  })
  const { outputs } = JSON.parse(await readFile(join(outDir, 'metafile-esm.json'), 'utf8')) as {
    readonly outputs: Readonly<Record<string, Output>>
  }
  return new Map(names.map(name => [name, loadedBy(startOf(name, outputs), outputs)]))
}

const startOf = (name: string, outputs: Readonly<Record<string, Output>>): string =>
  Object.keys(outputs).find(
    path => outputs[path]?.entryPoint?.endsWith(`/${name}.ts`) && path.endsWith(`${name}.js`),
  ) ?? ''

/** The bytes of a file and of all files that it imports at once. */
function loadedBy(start: string, outputs: Readonly<Record<string, Output>>): number {
  const seen = new Set<string>()
  const waiting = [start]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    for (const { path, kind } of outputs[next]?.imports ?? []) if (kind === 'import-statement') waiting.push(path)
  }
  return [...seen].reduce((sum, each) => sum + (outputs[each]?.bytes ?? 0), 0)
}
