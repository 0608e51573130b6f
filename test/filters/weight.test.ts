/** What one filter adds to a program that is bundled: itself and what it needs, not its neighbours. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, type Options } from 'tsup'
import { afterAll, beforeAll, expect, test } from 'vitest'
import configs from '../../tsup.config.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-weight-'))
const installed = join(folder, 'node_modules/postern')
const KB = 1000

/** The package as it is published, and a program for each filter that imports it from there. */
beforeAll(async () => {
  const modules = (configs as readonly Options[]).find(({ outDir }) => outDir === 'dist/modules')
  const quiet: Options = { config: false, silent: true, clean: false, sourcemap: false, dts: false }
  await build({ ...modules, ...quiet, outDir: join(installed, 'dist/modules') })
  mkdirSync(installed, { recursive: true })
  copyFileSync('package.json', join(installed, 'package.json'))
  const programs = names.map(name => {
    const file = join(folder, `${name}.ts`)
    writeFileSync(file, `import { ${name} } from 'postern/filters'\nconsole.log(${name})\n`)
    return file
  })
  const outDir = join(folder, 'bundles')
  await build({
    ...quiet,
    entry: programs,
    outDir,
    format: 'esm',
    splitting: false,
    minify: true,
    noExternal: [/^postern/],
  })
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const light = ['earlyTalker', 'loop', 'senderDomain', 'helo', 'rdns', 'recipients', 'headerForm', 'dnsbl'] as const
const medium = [
  'authenticatedFrom',
  'spf',
  'recentlyRefused',
  'loadShedding',
  'admission',
  'dkim',
  'loadControl',
] as const
/** These ask by SPF, DKIM and DMARC, all of which are ours, who the sender is, or read the parts of a message. */
const heavy = ['knownSender', 'greylist', 'reputation', 'access', 'dmarc', 'clamav', 'rateLimit'] as const
const names = [...light, ...medium, ...heavy, 'recommended']

const sizeOf = (name: string): number => statSync(join(folder, 'bundles', `${name}.js`)).size

test.for(light)('%s alone is under 25 KB', name => {
  expect(sizeOf(name)).toBeLessThan(25 * KB)
})

test.for(medium)('%s alone is under 60 KB', name => {
  expect(sizeOf(name)).toBeLessThan(60 * KB)
})

test.for(heavy)('%s alone is under 85 KB', name => {
  expect(sizeOf(name)).toBeLessThan(85 * KB)
})

test('the test can tell: the recommended set is over 200 KB', () => {
  expect(sizeOf('recommended')).toBeGreaterThan(200 * KB)
})

test('Node loads the filters as few files, and bundlers a file for each filter', () => {
  const [node, modules] = configs as readonly Options[]
  const entries = (options: Options | undefined) => (options?.entry as readonly string[]) ?? []
  const ofFilters = (options: Options | undefined) => entries(options).filter(file => file.startsWith('src/filters/'))
  expect(ofFilters(node)).toEqual(['src/filters/index.ts'])
  expect(ofFilters(modules).length).toBeGreaterThan(30)
})
