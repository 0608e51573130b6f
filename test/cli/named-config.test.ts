/** Which configuration a command works with: `--config`, else the file that `postern serve` would take. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { sqliteHistory } from '../../src/history/index.ts'
import { sessionOf } from '../history/events.ts'
import { cli } from '../support/programs.ts'
import { scratch } from '../support/scratch.ts'

const source = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const environment = { ...process.env, POSTERN_CONFIG: undefined }

const postern = (cwd: string, args: readonly string[], more: NodeJS.ProcessEnv = {}, program = cli) =>
  new Promise<{ readonly status: number; readonly out: string; readonly error: string }>(done => {
    execFile(process.execPath, [program, ...args], { cwd, env: { ...environment, ...more } }, (failure, out, error) =>
      done({ status: failure === null ? 0 : Number(failure.code), out, error }),
    )
  })

const config = (name: string) =>
  `export default ${JSON.stringify({
    name,
    store: { file: './store.db' },
    log: { history: { folder: './history' } },
    quarantine: { folder: './held' },
  })}`

async function folderWithHistory() {
  const folder = await scratch()
  const history = sqliteHistory({ folder: join(folder.path, 'history') })
  history.append(sessionOf('AAAA', { time: Date.now() }))
  await history.close()
  return folder
}

test('without --config commands take the file of this folder, as serve does', async () => {
  await using folder = await folderWithHistory()
  await writeFile(join(folder.path, 'postern.config.ts'), config('mx.example.org'))
  const run = (...args: readonly string[]) => postern(folder.path, args)
  expect(await run('trace', 'AAAA')).toMatchObject({ status: 0, out: expect.stringContaining('AAAA') })
  expect(await run('history', 'export', 'ann@example.com')).toMatchObject({ status: 0 })
  expect(await run('quarantine', 'list')).toEqual({ status: 0, out: '', error: 'nothing is held\n' })
  expect(await run('config', 'check')).toMatchObject({ status: 0, out: 'postern.config.ts: no mistakes\n' })
  expect(JSON.parse((await run('config', 'print')).out)).toMatchObject({ name: 'mx.example.org' })
  expect(await run('doctor', '--check', 'history')).toMatchObject({ out: expect.stringMatching(/^ok +history /) })
}, 60_000)

test('POSTERN_CONFIG takes precedence over the file of this folder, and --config over both', async () => {
  await using folder = await scratch()
  for (const name of ['postern.config', 'environment', 'named'])
    await writeFile(join(folder.path, `${name}.ts`), config(`${name.replace('.', '-')}.example.org`))
  const nameIn = async (...args: readonly string[]) =>
    JSON.parse((await postern(folder.path, ['config', 'print', ...args], { POSTERN_CONFIG: 'environment.ts' })).out)
      .name
  expect(await nameIn()).toBe('environment.example.org')
  expect(await nameIn('--config', 'named.ts')).toBe('named.example.org')
}, 60_000)

test('where there is none, the error says which file was looked for', async () => {
  await using folder = await scratch()
  await mkdir(join(folder.path, 'empty'))
  const { status, error } = await postern(join(folder.path, 'empty'), ['quarantine', 'list'])
  expect([status, error]).toEqual([2, expect.stringMatching(/^postern: --config: found "no postern\.config\.ts in/)])
  expect((await postern(join(folder.path, 'empty'), ['trace', 'AAAA'])).error).not.toContain('undefined')
}, 60_000)

test('a configuration that imports from a checkout without a build is not taken for a wrong one', async () => {
  await using folder = await scratch()
  const check = async (module: string) => {
    await writeFile(join(folder.path, 'postern.config.mjs'), `import '${module}'\nexport default {}\n`)
    return (await postern(folder.path, ['config', 'check', 'postern.config.mjs'], {}, source)).error
  }
  const missing = pathToFileURL(resolve(import.meta.dirname, '../../dist/none/index.js')).href
  expect(await check(missing)).toMatch(/found "postern without its build", expected a build; run npm run build/)
  expect(await check('./none.mjs')).toMatch(/found "no file none\.mjs", .*correct it/)
}, 60_000)

test('a reader that leaves before the end, such as head, ends a command without an error', async () => {
  await using folder = await scratch()
  const history = sqliteHistory({ folder: folder.path })
  for (let ref = 1000; ref < 3000; ref += 1) history.append(sessionOf(`A${ref}`, { time: Date.now() }))
  await history.close()
  const args = [cli, 'history', 'export', 'ann@example.com', '--history', folder.path]
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  let error = ''
  child.stderr.on('data', bytes => {
    error += String(bytes)
  })
  const ended = once(child, 'close')
  child.stdout.once('data', () => child.stdout.destroy())
  expect([(await ended)[0], error]).toEqual([0, ''])
}, 60_000)

test('--since and --expires are named where they are wrong', async () => {
  await using folder = await folderWithHistory()
  const { error } = await postern(folder.path, ['trace', 'AAAA', '--history', 'history', '--since', 'yesterday'])
  expect(error).toMatch(/^postern: --since: found "yesterday", expected a duration/)
}, 60_000)

test('init says how the file is used that it has written', async () => {
  await using folder = await scratch()
  expect((await postern(folder.path, ['init'])).out).toBe('wrote postern.config.ts: start with npx postern serve\n')
  expect((await postern(folder.path, ['init', '--all', 'all.config.ts'])).out).toBe(
    'wrote all.config.ts: start with npx postern serve --config all.config.ts\n',
  )
}, 60_000)
