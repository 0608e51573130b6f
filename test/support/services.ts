/**
 * Programs that tests run for real: found on this machine, or installed from Debian, or asked for by name. Never
 * skipped.
 */
import { execFile } from 'node:child_process'
import { access, constants, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { locked } from './lock.ts'

const run = promisify(execFile)

/** How long a hook that may have to install something should be allowed to take. */
export const INSTALL_TIMEOUT = 600_000

/**
 * The path of `program`, which comes from `packages` of Debian. Where it is missing, root on Debian or Ubuntu gets the
 * packages installed, none of their services started.
 *
 * @throws Error that names the packages, where they cannot be installed.
 * @example
 * beforeAll(async () => { clamd = await need('clamd', ['clamav-daemon']) }, INSTALL_TIMEOUT)
 */
export async function need(program: string, packages: readonly string[]): Promise<string> {
  const found = await find(program)
  if (found !== undefined) return found
  const remedy = `these tests need ${program}: install ${packages.join(' ')} (apt-get install ${packages.join(' ')})`
  if (process.getuid?.() !== 0 || !(await isDebian())) throw new Error(remedy)
  return await locked('postern-install', INSTALL_TIMEOUT, async () => {
    const meanwhile = await find(program)
    if (meanwhile !== undefined) return meanwhile
    try {
      await withoutServices(() => install(packages))
    } catch (cause) {
      throw new Error(`${remedy}; installing failed`, { cause })
    }
    const installed = await find(program)
    if (installed === undefined) throw new Error(`${remedy}; installed, but there is no ${program} on PATH`)
    return installed
  })
}

/** The path of a program on PATH or among the system's own programs. */
async function find(program: string): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin']
  for (const folder of folders.filter(Boolean)) {
    const path = join(folder, program)
    if (await isExecutable(path)) return path
  }
  return undefined
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

async function isDebian(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return /^ID(?:_LIKE)?=.*\b(?:debian|ubuntu)\b/m.test(release) && (await find('apt-get')) !== undefined
}

/**
 * The path of `program` of a package that cannot be installed beside what is there: its files are laid out in a
 * separate folder, which is kept for the next run, with the libraries that it names and the machine lacks.
 *
 * @throws Error that names the package, where it cannot be fetched.
 */
export async function unpacked(
  program: string,
  name: string,
): Promise<{ readonly path: string; readonly libraries: string }> {
  const folder = join(tmpdir(), `postern-${name}`)
  const root = join(folder, 'root')
  const found = {
    path: join(root, program),
    libraries: [`usr/lib/${MACHINES[process.arch]}-linux-gnu`, 'usr/lib']
      .map(place => join(root, place))
      .join(delimiter),
  }
  if (await isExecutable(found.path)) return found
  const remedy = `these tests need ${program} of the package ${name} (apt-get download ${name})`
  if (!(await isDebian())) throw new Error(remedy)
  return await locked(`postern-${name}`, INSTALL_TIMEOUT, async () => {
    if (await isExecutable(found.path)) return found
    const fetch = async () => {
      const packages = [name, ...(await lackingLibraries(name))]
      await run('apt-get', ['download', '-q', ...packages], { cwd: folder, timeout: INSTALL_TIMEOUT })
    }
    try {
      await mkdir(folder, { recursive: true })
      // As with installing: lists may be missing or stale.
      await fetch().catch(() => aptGet(['update', '-q']).then(fetch))
      for (const file of await readdir(folder))
        if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', join(folder, file), root])
    } catch (cause) {
      throw new Error(`${remedy}; fetching it failed`, { cause })
    }
    return found
  })
}

const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }

/** Of the libraries that a package needs, and those that they need, all that are not installed. */
async function lackingLibraries(name: string): Promise<readonly string[]> {
  const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(kind => `--no-${kind}`)
  const { stdout } = await run('apt-cache', ['depends', '--recurse', ...only, name], { maxBuffer: 64 * 1024 * 1024 })
  const libraries = [...new Set(stdout.match(/^lib[\w.+-]+$/gm) ?? [])]
  const isLacking = await Promise.all(
    libraries.map(library =>
      run('dpkg', ['-s', library]).then(
        ({ stdout }) => !/^Status: .* installed$/m.test(stdout),
        () => true,
      ),
    ),
  )
  return libraries.filter((_library, index) => isLacking[index])
}

/** Lists may be missing or stale: then they are fetched, once, and the packages asked for again. */
async function install(packages: readonly string[]): Promise<void> {
  // Debian's mail servers exclude each other: a machine that has another one keeps it.
  const asked = ['install', '-y', '-q', '--no-install-recommends', '--no-remove', ...packages]
  try {
    await aptGet(asked)
  } catch {
    await aptGet(['update', '-q'])
    await aptGet(asked)
  }
}

const aptGet = (args: readonly string[]) =>
  run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
    timeout: INSTALL_TIMEOUT,
  })

const POLICY = '/usr/sbin/policy-rc.d'
const KEPT = `${POLICY}.postern-kept`

/** Says no to every service that a package would start by itself (invoke-rc.d(8)), then puts back what stood there. */
async function withoutServices<T>(work: () => Promise<T>): Promise<T> {
  // What an interrupted installation left aside is the true policy.
  await rename(KEPT, POLICY).catch(() => undefined)
  await rename(POLICY, KEPT).catch(() => undefined)
  await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return await work()
  } finally {
    await rm(POLICY, { force: true })
    await rename(KEPT, POLICY).catch(() => undefined)
  }
}
