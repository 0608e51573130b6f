/** What a release promises to bring: its changelog, the licences and the list of what it installs, its templates. */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bundled, optional, PAGE, page, required } from '../scripts/licences.ts'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string }
const changelog = readFileSync('CHANGELOG.md', 'utf8')

test('the changelog has the version, its date, and the kinds of changes that Keep a Changelog names', () => {
  const releases = changelog.match(/^## .*/gm) ?? []
  expect(releases[0]).toBe('## Unreleased')
  expect(releases[1]).toMatch(new RegExp(`^## ${version.replaceAll('.', '\\.')} - \\d{4}-\\d{2}-\\d{2}$`))
  expect(releases.slice(1).filter(line => !/^## \d+\.\d+\.\d+(?:-rc\.\d+)? - \d{4}-\d{2}-\d{2}$/.test(line))).toEqual(
    [],
  )
  const kinds = changelog.match(/^### .*/gm) ?? []
  expect(kinds.filter(line => !/^### (?:Added|Changed|Deprecated|Removed|Fixed|Security)$/.test(line))).toEqual([])
})

test('the notes of a release are its part of the changelog, and an unknown version is an error', () => {
  const notes = (wanted: string) =>
    spawnSync(process.execPath, ['--no-warnings', 'scripts/release-notes.ts', wanted], { encoding: 'utf8' })
  const { status, stdout } = notes(version)
  expect(status).toBe(0)
  expect(stdout).toMatch(/### Added\n/)
  expect(stdout).not.toMatch(/^## /m)
  expect(notes('99.0.0')).toMatchObject({ status: 1, stderr: expect.stringContaining(version) })
})

test('the page of licences is current (npm run licences)', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(page())
})

test('all that is installed by default has a permissive licence, and 7-Zip alone another one', () => {
  const permissive = /^\(?(?:MIT|MIT-0|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|CC0-1\.0|BlueOak-1\.0\.0| OR )+\)?$/
  const others = (list: typeof required) =>
    list.filter(({ licence }) => !permissive.test(licence)).map(({ name }) => name)
  expect(required.length).toBeGreaterThan(20)
  expect(others(required)).toEqual([])
  expect(others(bundled)).toEqual([])
  expect(others(optional)).toEqual(['7z-wasm'])
})

test('the list of what a release installs is CycloneDX, and names each package with its hash', () => {
  const { stdout } = spawnSync(process.execPath, ['--no-warnings', 'scripts/sbom.ts'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
  })
  interface Component {
    readonly name: string
    readonly version: string
    readonly purl: string
    readonly hashes: readonly unknown[]
  }
  const list = JSON.parse(stdout) as { readonly bomFormat: string; readonly components: readonly Component[] }
  expect(list.bomFormat).toBe('CycloneDX')
  const named = new Map(list.components.map(one => [`${one.name}@${one.version}`, one]))
  const all = [...required, ...optional].map(one => `${one.name}@${one.version}`)
  expect(all.filter(name => !named.has(name))).toEqual([])
  expect(all.filter(name => !named.get(name)?.hashes.length || !named.get(name)?.purl)).toEqual([])
  expect(list.components.filter(({ name }) => ['vitest', 'typescript', '@biomejs/biome'].includes(name))).toEqual([])
})

test('the templates of issues and pull requests ask for a redacted message or recording', () => {
  const templates = [...globSync('.github/ISSUE_TEMPLATE/*.yml'), '.github/pull_request_template.md']
  const asking = templates.filter(file => !file.endsWith('config.yml'))
  expect(asking.length).toBe(3)
  expect(asking.filter(file => !/postern record[^\n]*--redact/.test(readFileSync(file, 'utf8')))).toEqual([])
})
