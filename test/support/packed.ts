/** The package as a user gets it: packed, and installed into an empty folder without any network. */
import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { builtPackage } from './programs.ts'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

/** What the build needs, and what is packed. */
const FILES = ['src', 'scripts', 'docs', 'deploy', 'package.json', 'tsup.config.ts', 'tsconfig.json']
const MORE = ['tsconfig.build.json', 'README.md', 'CHANGELOG.md', 'LICENSE']

/** A tarball, and what npm says about it. */
export interface Packed {
  readonly tarball: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

/** Packs a copy of the checkout in `folder` as it would be published, with the scripts that were built for all. */
export async function pack(folder: string): Promise<Packed> {
  const copy = join(folder, 'checkout')
  await mkdir(copy, { recursive: true })
  for (const file of [...FILES, ...MORE]) await cp(join(root, file), join(copy, file), { recursive: true })
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  if (builtPackage === undefined) await npm(copy, 'run', 'build')
  else {
    await cp(join(builtPackage, 'dist'), join(copy, 'dist'), { recursive: true })
    await npm(copy, 'run', 'build:finish')
  }
  const answer = await npm(copy, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder)
  const [packed] = JSON.parse(answer) as readonly [Omit<Packed, 'tarball'> & { readonly filename: string }]
  return { ...packed, tarball: join(folder, packed.filename) }
}

async function npm(cwd: string, ...args: readonly string[]): Promise<string> {
  return (await execute('npm', args, { cwd, maxBuffer: 64 * 1024 ** 2 })).stdout
}

/** Unpacks the tarball as npm installs it, with links to packages of the checkout: by default to all. */
export async function installInto(project: string, tarball: string, packages?: readonly string[]): Promise<void> {
  const modules = join(project, 'node_modules')
  await mkdir(join(modules, 'postern'), { recursive: true })
  await execute('tar', ['-xzf', tarball, '-C', join(modules, 'postern'), '--strip-components=1'])
  for (const name of packages ?? (await readdir(join(root, 'node_modules'))))
    if (!name.startsWith('.') && name !== 'postern') {
      await mkdir(dirname(join(modules, name)), { recursive: true })
      await symlink(join(root, 'node_modules', name), join(modules, name))
    }
  await mkdir(join(modules, '.bin'))
  await symlink('../postern/dist/cli/main.js', join(modules, '.bin', 'postern'))
}
