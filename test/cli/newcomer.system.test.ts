/** A newcomer: an empty folder, the package, `npx postern init`, `npx postern serve`, and the first message. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { deliver, letter, messages } from '../relay/relay-process.ts'
import { installInto, pack } from '../support/packed.ts'
import { freePort, type Scratch, scratch } from '../support/scratch.ts'

const run = promisify(execFile)
/** npx finds nothing but what is installed here. */
const environment = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  npm_config_offline: 'true',
  npm_config_yes: 'false',
  POSTERN_LISTEN: '127.0.0.1:0',
  POSTERN_DNS: '127.0.0.1:9',
}

let folder: Scratch
let project = ''
beforeAll(async () => {
  folder = await scratch('newcomer-')
  project = join(folder.path, 'project')
  await mkdir(project)
  await installInto(project, (await pack(folder.path)).tarball)
  return () => folder.remove()
})

/** Runs `npx postern serve` until `work` is done with its port. */
async function served(args: readonly string[], work: (port: number, said: () => string) => Promise<void>) {
  const child = spawn('npx', ['postern', 'serve', ...args], { cwd: project, env: environment, detached: true })
  const ended = once(child, 'exit')
  let said = ''
  child.stderr.on('data', bytes => {
    said += String(bytes)
  })
  try {
    await expect.poll(() => said, { timeout: 60_000 }).toMatch(/\nmode/)
    await work(Number(/127\.0\.0\.1:(\d+)/.exec(said)?.[1]), () => said)
  } finally {
    // npx and what it has started.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
    await ended
  }
}

test('from an empty folder: init writes a configuration, serve takes a message, and neither asks anything', async () => {
  const { stdout } = await run('npx', ['postern', 'init'], { cwd: project, env: environment })
  expect(stdout).toContain('wrote postern.config.ts')
  expect(await readFile(join(project, 'postern.config.ts'), 'utf8')).toContain("from 'postern/relay'")
  const checked = await run('npx', ['postern', 'config', 'check', 'postern.config.ts'], {
    cwd: project,
    env: environment,
  })
  expect(checked.stdout).toContain('no mistakes')
  await served([], async port => {
    expect(await deliver(port, letter('first'))).toMatch(/^250 /)
    expect((await messages(join(project, 'mail'))).map(text => text.includes('<first@'))).toEqual([true])
  })
}, 180_000)

test('the built package runs several workers', async () => {
  await served(['--workers', '2'], async (port, said) => {
    expect(said()).toMatch(/^workers +2$/m)
    expect(await deliver(port, letter('second'))).toMatch(/^250 /)
  })
}, 180_000)

test('with init --all the built package serves a console beside mail', async () => {
  const { stdout } = await run('npx', ['postern', 'init', '--all', 'all.config.ts'], { cwd: project, env: environment })
  expect(stdout).toContain('wrote all.config.ts')
  const port = await freePort()
  const file = join(project, 'all.config.ts')
  await writeFile(file, (await readFile(file, 'utf8')).replace('127.0.0.1:8080', `127.0.0.1:${port}`))
  await served(['--config', 'all.config.ts'], async (smtp, said) => {
    await expect.poll(said, { timeout: 60_000 }).toContain(`the console listens at http://127.0.0.1:${port}`)
    expect(said()).toMatch(/\/#\/set-up\/\w+/)
    const page = await fetch(`http://127.0.0.1:${port}/`)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await deliver(smtp, letter('third'))).toMatch(/^250 /)
  })
}, 180_000)

test('--version is that of the package', async () => {
  const { version } = JSON.parse(await readFile(join(project, 'node_modules/postern/package.json'), 'utf8'))
  const { stdout } = await run('npx', ['postern', '--version'], { cwd: project, env: environment })
  expect(stdout.trim()).toBe(version)
}, 60_000)
