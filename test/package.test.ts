/** What it costs to install and to import the package, and what comes with it. */
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { installed, lock } from '../scripts/lock-file.ts'

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
}

const lockText = readFileSync('package-lock.json', 'utf8')
const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const locked = Object.entries(lock.packages).filter(([place]) => place !== '')

const required = Object.keys(manifest.dependencies)
const production = installed([...required, ...Object.keys(manifest.optionalDependencies)])

const MB = 1024 ** 2

test.for([
  ['what is needed', installed(required), 60, 28 * MB],
  ['what is needed and what is optional', production, 80, 36 * MB],
] as const)(
  'of packages, %s are few, small, and run nothing while they are installed',
  ([, packages, maxPackages, maxBytes]) => {
    expect(packages.length).toBeGreaterThan(0)
    expect(packages.length).toBeLessThanOrEqual(maxPackages)
    expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([])
    const places = packages.map(([place]) => place).filter(place => existsSync(place))
    expect(places.length).toBeGreaterThan(packages.length / 2)
    expect(places.reduce((sum, place) => sum + bytesOf(place), 0)).toBeLessThanOrEqual(maxBytes)
  },
)

test('the lock file names no registry', () => {
  expect(lockText).not.toContain('"resolved"')
  expect(lockText).not.toMatch(/"https?:[^"]*\.tgz/)
})

test('S08 every package is pinned to one version, and every nodemailer in the tree is 9.1 or later', () => {
  const wanted = Object.entries({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.devDependencies,
  })
  expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  const nodemailers = locked.filter(([place]) => place.endsWith('node_modules/nodemailer'))
  expect(nodemailers.length).toBeGreaterThan(0)
  const old = nodemailers.filter(([, { version = '' }]) => {
    const [major = 0, minor = 0] = version.split('.').map(Number)
    return major < 9 || (major === 9 && minor < 1)
  })
  expect(old).toEqual([])
})

test('S08 the lock file holds what the manifest asks for, and the hash of every package', () => {
  const { dependencies, optionalDependencies, devDependencies, peerDependencies, peerDependenciesMeta } =
    lock.packages[''] ?? {}
  expect({ dependencies, optionalDependencies, devDependencies, peerDependencies, peerDependenciesMeta }).toEqual({
    dependencies: manifest.dependencies,
    optionalDependencies: manifest.optionalDependencies,
    devDependencies: manifest.devDependencies,
    peerDependencies: manifest.peerDependencies,
    peerDependenciesMeta: manifest.peerDependenciesMeta,
  })
  const asked = Object.entries({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.devDependencies,
  })
  expect(asked.filter(([name, version]) => lock.packages[`node_modules/${name}`]?.version !== version)).toEqual([])
  expect(locked.filter(([, { integrity }]) => !/^sha(?:256|384|512)-[\w+/]+=*$/.test(integrity ?? ''))).toEqual([])
})

test('every peer is optional, and has its line in docs/reference/dependencies.md', () => {
  const peers = Object.keys(manifest.peerDependencies)
  expect(peers.filter(name => manifest.peerDependenciesMeta[name]?.optional !== true)).toEqual([])
  const document = readFileSync('docs/reference/dependencies.md', 'utf8')
  expect(peers.filter(name => !new RegExp(`^\\| (?:[^|]*\\b)?${name}\\b`, 'm').test(document))).toEqual([])
})

test.for(['src/index.ts', 'src/filters/index.ts', 'src/facts/index.ts'])('importing %s loads nothing heavy', entry => {
  const loaded = packagesLoadedBy(entry)
  // What is light enough to be there at once; all else waits until it is needed.
  expect(loaded.filter(name => !['tldts', 'tldts-core', 'valibot'].includes(name))).toEqual([])
})

test('the test can tell: a file that needs mailsplit at once is seen to load it', () => {
  expect(packagesLoadedBy('node_modules/@zone-eu/mailsplit/index.js')).toContain('@zone-eu/mailsplit')
})

/** The packages of which a fresh process loads any file, whichever way it is asked for. */
function packagesLoadedBy(entry: string): readonly string[] {
  const program = `
    import { registerHooks } from 'node:module'
    const seen = new Set()
    registerHooks({
      load(url, context, next) {
        const [, name] = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url) ?? []
        if (name) seen.add(name)
        return next(url, context)
      },
    })
    await import(${JSON.stringify(new URL(entry, `file://${process.cwd()}/`).href)})
    console.log(JSON.stringify([...seen].sort()))
    process.exit()`
  const run = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  expect(run.stderr).toBe('')
  return JSON.parse(run.stdout)
}

/** Without packages that lie inside it: those have their own places in the lock file. */
function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.name === 'node_modules') return sum
    const place = join(folder, entry.name)
    return sum + (entry.isDirectory() ? bytesOf(place) : lstatSync(place).size)
  }, 0)
}
