/** The package as a user gets it: packed, and installed into an empty folder without any network. */
import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

/** What the build needs, and what is packed. */
const FILES = ['src', 'scripts', 'docs', 'deploy', 'package.json', 'tsup.config.ts', 'tsconfig.json']
const MORE = ['tsconfig.build.json', 'README.md', 'CHANGELOG.md', 'LICENSE']

/** Builds and packs a copy of the checkout in `folder`. @returns the path of the tarball */
export async function pack(folder: string): Promise<string> {
  const copy = join(folder, 'checkout')
  await mkdir(copy, { recursive: true })
  for (const file of [...FILES, ...MORE]) await cp(join(root, file), join(copy, file), { recursive: true })
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  await run('npm', ['run', 'build'], { cwd: copy, maxBuffer: 64 * 1024 ** 2 })
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: copy,
    maxBuffer: 64 * 1024 ** 2,
  })
  const [{ filename }] = JSON.parse(stdout) as [{ readonly filename: string }]
  return join(folder, filename)
}

/** Unpacks the tarball as npm installs it; its dependencies are links to those of the checkout. */
export async function installInto(project: string, tarball: string): Promise<void> {
  const modules = join(project, 'node_modules')
  await mkdir(join(modules, 'postern'), { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', join(modules, 'postern'), '--strip-components=1'])
  for (const name of await readdir(join(root, 'node_modules')))
    if (!name.startsWith('.') && name !== 'postern')
      await symlink(join(root, 'node_modules', name), join(modules, name))
  await mkdir(join(modules, '.bin'))
  await symlink('../postern/dist/cli/main.js', join(modules, '.bin', 'postern'))
}
