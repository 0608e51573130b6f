/** The files of `deploy/`: systemd accepts the units, hands over its socket, and the steps of the Dockerfile work. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { deliver, letter, messages } from '../relay/relay-process.ts'
import { installInto, pack } from '../support/packed.ts'
import { freePort, scratch } from '../support/scratch.ts'
import { need } from '../support/services.ts'

const run = promisify(execFile)
const file = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url))

test('systemd-analyze accepts the units, and rates their exposure as low', async () => {
  await need('systemd-analyze', ['systemd'])
  await using folder = await scratch()
  for (const name of ['postern.service', 'postern.socket']) {
    const text = await readFile(file(name), 'utf8')
    // The package is not installed here.
    await writeFile(
      join(folder.path, name),
      text.replaceAll('/opt/postern/node_modules/.bin/postern', process.execPath),
    )
  }
  const units = ['postern.service', 'postern.socket'].map(name => join(folder.path, name))
  const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', ...units])
  expect(`${stdout}${stderr}`).not.toMatch(/postern\.(?:service|socket)/)
  const rated = await run('systemd-analyze', ['security', '--offline=true', '--no-pager', units[0] ?? ''])
  const exposure = Number(/Overall exposure level[^:]*: ([\d.]+)/.exec(rated.stdout)?.[1])
  expect(exposure).toBeLessThan(3)
}, 600_000)

test('a socket of systemd is listened on, by one process and for several workers', async () => {
  await need('systemd-socket-activate', ['systemd'])
  for (const workers of ['1', '2']) {
    await using folder = await scratch()
    const port = await freePort()
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
    const config = join(folder.path, 'postern.json')
    await writeFile(
      config,
      JSON.stringify({ listeners: [{ address: 'systemd' }], maildir: folder.path, dns: ['127.0.0.1:9'] }),
    )
    const relay = [process.execPath, main, 'serve', '--config', config, '--workers', workers]
    const child = spawn('systemd-socket-activate', ['-l', `127.0.0.1:${port}`, ...relay], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    try {
      await expect.poll(() => deliver(port, letter('socket')), { timeout: 60_000 }).toMatch(/^250 /)
      expect((await messages(folder.path)).length).toBeGreaterThan(0)
    } finally {
      child.kill('SIGTERM')
      await ended
    }
  }
}, 600_000)

/** The instructions of a Dockerfile, with continued lines joined. */
const instructions = (text: string) =>
  text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter(line => line !== '')
    .map(line => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const)

test('the steps of the Dockerfile: installed, started without root, healthy, and it delivers', async () => {
  await need('wget', ['wget'])
  await using folder = await scratch()
  const steps = instructions(await readFile(file('Dockerfile'), 'utf8'))
  const last = (name: string) => steps.findLast(([step]) => step === name)?.[1] ?? ''
  expect(last('USER')).toBe('node')
  expect(steps.filter(([step]) => step === 'FROM').every(([, image]) => image.startsWith('node:24-alpine'))).toBe(true)
  // What its npm install does, without a network.
  const app = join(folder.path, 'opt/postern')
  await mkdir(app, { recursive: true })
  await installInto(app, (await pack(folder.path)).tarball)

  const [port, metrics] = [await freePort(), await freePort()]
  const place = (text: string) =>
    text.replaceAll('/opt/postern', app).replaceAll('/var/lib/postern', folder.path).replaceAll(':9100', `:${metrics}`)
  const environment = Object.fromEntries(
    last('ENV')
      .split(/\s+/)
      .map(pair => place(pair).split('=') as [string, string]),
  )
  const [program = '', ...args] = [...JSON.parse(place(last('ENTRYPOINT'))), ...JSON.parse(last('CMD'))] as string[]
  expect(program).toBe('node')
  const child = spawn(process.execPath, args, {
    cwd: folder.path,
    env: { ...process.env, ...environment, POSTERN_LISTEN: `127.0.0.1:${port}`, POSTERN_DNS: '127.0.0.1:9' },
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  try {
    const health = place(last('HEALTHCHECK').replace(/^.*CMD /, ''))
    const isHealthy = () =>
      run('sh', ['-c', health]).then(
        () => true,
        () => false,
      )
    await expect.poll(isHealthy, { timeout: 60_000 }).toBe(true)
    expect(await deliver(port, letter('container'))).toMatch(/^250 /)
    expect(await messages(join(folder.path, 'mail'))).toHaveLength(1)
  } finally {
    child.kill(last('STOPSIGNAL') as NodeJS.Signals)
    expect(await ended).toEqual([0, null])
  }
}, 600_000)
