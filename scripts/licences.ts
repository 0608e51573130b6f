/**
 * Writes the licence of every package that comes with postern to `docs/reference/licences.md`: `npm run licences`. A
 * test compares the page with the lock file, and fails at a licence that was not looked at yet.
 */
import { readFileSync, writeFileSync } from 'node:fs'

interface Locked {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly peer?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
}
interface Licensed {
  readonly name: string
  readonly version: string
  readonly licence: string
}

export const PAGE = 'docs/reference/licences.md'

/** These are bundled into the pages of the console, which serve the text of their licences at `/licences.txt`. */
const BUNDLED = ['preact', 'uplot', 'uqr']

const { packages }: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
)
const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))

/** What npm installs for these packages, each version once. */
function installed(names: readonly string[]): readonly Licensed[] {
  const found = new Map<string, Locked>()
  const visit = (name: string, from: string): void => {
    const place = placeOf(name, from)
    const entry = packages[place]
    if (entry === undefined || found.has(place)) return
    found.set(place, entry)
    for (const next of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) visit(next, place)
  }
  for (const name of names) visit(name, '')
  const all = Array.from(found, ([place, { version = '', license }]): Licensed => {
    return { name: packageAt(place), version, licence: license ?? licenceOf(place) }
  })
  const unique = new Map(all.map(one => [`${one.name}@${one.version}`, one]))
  return [...unique.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** The name of the package at a place of the lock file. */
export const packageAt = (place: string): string =>
  place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** Where Node finds a package that the one at `from` asks for. */
function placeOf(name: string, from: string): string {
  for (let at = from; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const place = `${at}/node_modules/${name}`
    if (place in packages) return place
  }
  return `node_modules/${name}`
}

function licenceOf(place: string): string {
  const { license = 'unknown' }: { readonly license?: string } = JSON.parse(
    readFileSync(`${place}/package.json`, 'utf8'),
  )
  return license
}

export const required = installed(Object.keys(manifest.dependencies))
const known = new Set(required.map(({ name, version }) => `${name}@${version}`))
export const optional = installed(Object.keys(manifest.optionalDependencies)).filter(
  ({ name, version }) => !known.has(`${name}@${version}`),
)
export const bundled = installed(BUNDLED)

const table = (list: readonly Licensed[]): string =>
  [
    '| package | version | licence |',
    '|---|---|---|',
    ...list.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`),
  ].join('\n')

/** The page. */
export const page = (): string => `# Licences

postern is under the MIT licence. This page lists what comes with it, as \`npm run licences\` reads it from the lock file;
[dependencies](dependencies.md) says what each is for. Nothing is copied into postern but what the pages of the console
bundle.

## Installed with postern

${table(required)}

## Optional: installed unless \`npm install --omit=optional\` is used

Without them packed containers and codes to scan are not examined, and such a message gets that verdict. 7-Zip is under
the LGPL, and its code for RAR under the unRAR licence, which forbids to make a RAR packer of it: it is used as it is,
in a WebAssembly module of its own that can be replaced.

${table(optional)}

## Bundled into the pages of the console

The pages serve the text of these licences at \`/licences.txt\`.

${table(bundled)}
`

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE, page())
