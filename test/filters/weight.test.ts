/** What one filter adds to a program that is bundled: itself and what it needs, not its neighbours. */
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'tsup'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { marked } from '../../scripts/pure-constants.ts'
import { builtPackage } from '../support/programs.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-weight-'))
const KB = 1000

/** A program for each filter, which imports it from the package as it is published. */
beforeAll(async () => {
  if (builtPackage === undefined)
    throw new Error('there is no package; run this test with vitest.config.ts, which builds it')
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(builtPackage, join(folder, 'node_modules/postern'))
  const programs = names.map(name => {
    const file = join(folder, `${name}.ts`)
    writeFileSync(file, `import { ${name} } from 'postern/filters'\nconsole.log(${name})\n`)
    return file
  })
  const outDir = join(folder, 'bundles')
  await build({
    ...{ config: false, silent: true, dts: false },
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
/** Here and below what a filter loads later counts too. */
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

test.for(medium)('%s alone is under 62 KB', name => {
  expect(sizeOf(name)).toBeLessThan(62 * KB)
})

test.for(heavy)('%s alone is under 88 KB', name => {
  expect(sizeOf(name)).toBeLessThan(88 * KB)
})

test('the test can tell: the recommended set is over 200 KB', () => {
  expect(sizeOf('recommended')).toBeGreaterThan(200 * KB)
})

test('a computed constant is marked, and keeps its value and the names of functions', async () => {
  const code =
    'const a = [1, 2].map(n => n + 1), f = () => 1, C = class {}, [b] = [3]\nexport const d = new Map([[a[0], b]])\nexport { a, f, C }'
  const result = marked(code)
  expect(result).toBe(
    'const a = /* @__PURE__ */(()=>([1, 2].map(n => n + 1)))(), f = () => 1, C = class {}, [b] = [3]\nexport const d = /* @__PURE__ */(()=>(new Map([[a[0], b]])))()\nexport { a, f, C }',
  )
  const module = await import(`data:text/javascript,${encodeURIComponent(result)}`)
  expect(module.d).toEqual(new Map([[2, 3]]))
  expect([module.f.name, module.C.name]).toEqual(['f', 'C'])
})
