/**
 * Writes the licence of every package that comes with postern to `docs/reference/licences.md`: `npm run licences`. A
 * test compares the page with the lock file, and fails at a licence that was not looked at yet.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { installed, packageAt } from './lock-file.ts'

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

const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))

/** What npm installs for these packages, by name. */
function licensed(names: readonly string[]): readonly Licensed[] {
  const all = installed(names).map(([place, { version = '', license }]): Licensed => {
    return { name: packageAt(place), version, licence: license ?? licenceOf(place) }
  })
  return all.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function licenceOf(place: string): string {
  const { license = 'unknown' }: { readonly license?: string } = JSON.parse(
    readFileSync(`${place}/package.json`, 'utf8'),
  )
  return license
}

export const required = licensed(Object.keys(manifest.dependencies))
const known = new Set(required.map(({ name, version }) => `${name}@${version}`))
export const optional = licensed(Object.keys(manifest.optionalDependencies)).filter(
  ({ name, version }) => !known.has(`${name}@${version}`),
)
export const bundled = licensed(BUNDLED)

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
