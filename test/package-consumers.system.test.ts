/**
 * The package as others use it: packed, installed in a folder, loaded by CommonJS, and type-checked as CommonJS and as
 * ESM.
 */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { installInto, type Packed, pack } from './support/packed.ts'
import { type Scratch, scratch } from './support/scratch.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 })

const MB = 1_000_000

let folder: Scratch
let packed: Packed
beforeAll(async () => {
  folder = await scratch('consumer-')
  packed = await pack(folder.path)
  const { dependencies }: { readonly dependencies: object } = JSON.parse(readFileSync('package.json', 'utf8'))
  const beside = ['smtp-server', 'vitest', '@types/node', 'undici-types']
  await installInto(folder.path, packed.tarball, [...Object.keys(dependencies), ...beside])
})
afterAll(() => folder.remove())

function run(...command: readonly string[]): { readonly status: number | null; readonly output: string } {
  const [program = '', ...args] = command
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder.path, encoding: 'utf8', timeout: 120_000 })
  return { status, output: stdout + stderr }
}

const commonJsHost = `
const { SMTPServer } = require('smtp-server')
const { postern, points } = require('postern')
const { recommended } = require('postern/filters')
const { guard, protect } = require('postern/smtp-server')
const { probe, zone } = require('postern/testing')
for (const name of Object.keys(require('postern/package.json').exports).filter(name => !/json|vitest/.test(name)))
  require('postern' + name.slice(1))
const gateway = postern({ filters: recommended({ domains: ['example.org'] }), dns: zone({}) })
const server = protect(new SMTPServer(guard(gateway, { logger: false, onData: (content, session, done) => done() })), gateway)
const rule = { name: 'rule', mail: () => points(4, 'found') }
probe(rule, { reversePath: 'a@example.org' }).then(async found => {
  await gateway.close()
  const { PosternError } = await import('postern')
  console.log(typeof server.listen, found[0].rule, PosternError === require('postern').PosternError)
})
`

const typedHost = `
import { SMTPServer } from 'smtp-server'
import { type Filter, points, postern } from 'postern'
import { guard, protect } from 'postern/smtp-server'
import { probe, zone } from 'postern/testing'

const rule: Filter = { name: 'rule', mail: () => points(4, 'found') }
const gateway = postern({ filters: [rule], dns: zone({}) })
const guarded = guard(gateway, {
  onData(content, session, done) {
    content.resume()
    const isJunk: boolean = session.postern.quarantine
    done(isJunk ? new Error(session.postern.ref) : null)
  },
})
export const server = protect(new SMTPServer(guarded), gateway)
// A handler of smtp-server itself sees the decision too, without a cast.
export const plain = new SMTPServer({
  onMailFrom(_address, session, done) {
    const verdict: string | undefined = session.postern?.decision.verdict
    done(verdict === 'reject' ? new Error('5.7.1 No') : null)
  },
})
export const found = probe(rule, { reversePath: 'a@example.org' })
`

const typedTest = `
import { expect } from 'vitest'
import { points } from 'postern'
import 'postern/testing/vitest'
expect([points(4, 'found', { rule: 'rule' })]).toHaveFinding('rule', { points: 4 })
`

const config = (module: string, files: readonly string[]): string =>
  JSON.stringify({
    compilerOptions: {
      module,
      target: 'es2022',
      lib: ['es2023'],
      types: ['node'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
    },
    files,
  })

test('a host in CommonJS requires every entry point, and shares one copy of postern with ES modules', async () => {
  await writeFile(join(folder.path, 'host.cjs'), commonJsHost)
  expect(run(process.execPath, 'host.cjs')).toEqual({ status: 0, output: 'function rule true\n' })
})

test('a host in TypeScript with module node16 is checked without a cast, as CommonJS and as ESM', async () => {
  await writeFile(join(folder.path, 'package.json'), '{"private":true}')
  await writeFile(join(folder.path, 'host.cts'), typedHost)
  await writeFile(join(folder.path, 'host.mts'), typedHost)
  await writeFile(join(folder.path, 'rule.test.mts'), typedTest)
  await writeFile(join(folder.path, 'tsconfig.json'), config('node16', ['host.cts', 'host.mts']))
  await writeFile(join(folder.path, 'tsconfig.vitest.json'), config('nodenext', ['rule.test.mts']))
  const tsc = join(process.cwd(), 'node_modules/.bin/tsc')
  expect(run(tsc, '-p', '.')).toEqual({ status: 0, output: '' })
  expect(run(tsc, '-p', 'tsconfig.vitest.json')).toEqual({ status: 0, output: '' })
})

test('the tarball is at most 1.5 MB, and has neither maps nor pictures, sources nor tests', () => {
  const { size, unpackedSize, files } = packed
  expect(size).toBeLessThanOrEqual(1.5 * MB)
  // With what npm installs beside it (test/package.test.ts) this stays under 45 MB.
  expect(unpackedSize).toBeLessThanOrEqual(6.5 * MB)
  const unwanted = /\.(?:map|png|svg|tsx?)$|^(?:src|test|bench|scripts|fixtures)\//
  const allowed = /\.d\.ts$|^dist\/console\/web\/icon\.svg$/
  expect(files.map(({ path }) => path).filter(path => unwanted.test(path) && !allowed.test(path))).toEqual([])
})

test('each document that a message, a help text, a template or a declaration names is in the tarball', () => {
  const paths = new Set(packed.files.map(({ path }) => path))
  const installed = join(folder.path, 'node_modules/postern/dist')
  const texts = globSync('**/*.{js,d.ts}', { cwd: installed }).map(file => readFileSync(join(installed, file), 'utf8'))
  const named = texts.flatMap(text => text.match(/docs\/[\w/-]+\.md/g) ?? [])
  expect(named).toContain('docs/reference/configuration.md')
  expect(named.filter(path => !paths.has(path))).toEqual([])
})
