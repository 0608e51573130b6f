/**
 * The package as others use it: packed, installed in a folder, loaded by CommonJS, and type-checked as CommonJS and as
 * ESM.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { type Scratch, scratch } from './support/scratch.ts'

vi.setConfig({ testTimeout: 300_000 })

const MB = 1_000_000

/** The build is made here when there is none. */
function build(): void {
  if (existsSync('dist/index.js')) return
  const { status, stderr } = spawnSync('npm', ['run', 'build'], { encoding: 'utf8', timeout: 180_000 })
  if (status !== 0) throw new Error(`the package cannot be built: ${stderr}`)
}

interface Packed {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

/** Packs the build as it would be published. */
function pack(...options: readonly string[]): Packed {
  build()
  const args = ['pack', '--ignore-scripts', '--json', ...options]
  const { status, stdout, stderr } = spawnSync('npm', args, { encoding: 'utf8', timeout: 120_000, maxBuffer: 16 * MB })
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`)
  const [packed] = JSON.parse(stdout) as readonly [Packed]
  return packed
}

/** Unpacks the tarball as npm does, and links the dependencies. */
async function install(): Promise<Scratch> {
  const folder = await scratch('consumer-')
  const place = join(folder.path, 'node_modules/postern')
  await mkdir(place, { recursive: true })
  const tarball = join(folder.path, pack('--pack-destination', folder.path).filename)
  expect(run(folder, 'tar', '-xzf', tarball, '-C', place, '--strip-components=1')).toEqual({ status: 0, output: '' })
  const manifest = JSON.parse(await readFile(join(place, 'package.json'), 'utf8'))
  const linked = [...Object.keys(manifest.dependencies), 'smtp-server', 'vitest', '@types/node', 'undici-types']
  for (const name of linked) {
    const target = join(process.cwd(), 'node_modules', name)
    const link = join(folder.path, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(target, link)
  }
  return folder
}

function run(
  folder: Scratch,
  ...command: readonly string[]
): { readonly status: number | null; readonly output: string } {
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
  await using folder = await install()
  await writeFile(join(folder.path, 'host.cjs'), commonJsHost)
  expect(run(folder, process.execPath, 'host.cjs')).toEqual({ status: 0, output: 'function rule true\n' })
})

test('a host in TypeScript with module node16 is checked without a cast, as CommonJS and as ESM', async () => {
  await using folder = await install()
  await writeFile(join(folder.path, 'package.json'), '{"private":true}')
  await writeFile(join(folder.path, 'host.cts'), typedHost)
  await writeFile(join(folder.path, 'host.mts'), typedHost)
  await writeFile(join(folder.path, 'rule.test.mts'), typedTest)
  await writeFile(join(folder.path, 'tsconfig.json'), config('node16', ['host.cts', 'host.mts']))
  await writeFile(join(folder.path, 'tsconfig.vitest.json'), config('nodenext', ['rule.test.mts']))
  const tsc = join(process.cwd(), 'node_modules/.bin/tsc')
  expect(run(folder, tsc, '-p', '.')).toEqual({ status: 0, output: '' })
  expect(run(folder, tsc, '-p', 'tsconfig.vitest.json')).toEqual({ status: 0, output: '' })
})

test('the tarball is at most 1.5 MB, and has neither maps nor pictures, sources nor tests', () => {
  const { size, unpackedSize, files } = pack('--dry-run')
  expect(size).toBeLessThanOrEqual(1.5 * MB)
  // With what npm installs beside it (test/package.test.ts) this stays under 45 MB.
  expect(unpackedSize).toBeLessThanOrEqual(6.5 * MB)
  const unwanted = /\.(?:map|png|svg|tsx?)$|^(?:src|test|bench|scripts|fixtures)\//
  const allowed = /\.d\.ts$|^dist\/console\/web\/icon\.svg$/
  expect(files.map(({ path }) => path).filter(path => unwanted.test(path) && !allowed.test(path))).toEqual([])
})

test('each document that a message, a help text or a template names is in the tarball', () => {
  const packed = new Set(pack('--dry-run').files.map(({ path }) => path))
  const named = globSync('src/**/*.ts').flatMap(file =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => !/^\s*\/?\*/.test(line))
      .flatMap(line => line.match(/docs\/[\w/-]+\.md/g) ?? []),
  )
  expect(named.length).toBeGreaterThan(3)
  expect(named.filter(path => !packed.has(path))).toEqual([])
})
