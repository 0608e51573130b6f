/** Reads the lock file: what npm installs for a package, and where. */
import { readFileSync } from 'node:fs'

/** One package of the lock file. */
export interface Locked {
  readonly version?: string
  readonly license?: string
  readonly hasInstallScript?: boolean
  readonly integrity?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional: boolean }>>
}

/** The lock file, by the places of packages: `node_modules/hono`. */
export const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
)

/** The name of the package at a place. */
export const packageAt = (place: string): string =>
  place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)

/**
 * What `npm install` brings along for these packages, each version once: packages for development make npm install some
 * of them twice here. Optional peers of others are left out.
 */
export function installed(names: readonly string[]): readonly (readonly [place: string, Locked])[] {
  const found = new Map<string, Locked>()
  const visit = (name: string, from: string): void => {
    const place = placeOf(name, from)
    const entry = lock.packages[place]
    if (entry === undefined || found.has(place)) return
    found.set(place, entry)
    for (const next of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) visit(next, place)
  }
  for (const name of names) visit(name, '')
  const versions = [...found].map(([place, entry]) => [`${packageAt(place)}@${entry.version}`, [place, entry]] as const)
  return [...new Map(versions).values()]
}

/** Where Node finds a package that the one at `from` asks for. */
function placeOf(name: string, from: string): string {
  for (let at = from; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const place = `${at}/node_modules/${name}`
    if (place in lock.packages) return place
  }
  return `node_modules/${name}`
}
