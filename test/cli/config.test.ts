/** `postern config`, `postern init` and `postern --version` as programs. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../support/programs.ts'
import { scratch } from '../support/scratch.ts'

interface Run {
  readonly status: number
  readonly out: string
  readonly error: string
}

const postern = (cwd: string, ...args: readonly string[]): Promise<Run> =>
  new Promise(done => {
    execFile(process.execPath, [cli, ...args], { cwd }, (failure, out, error) =>
      done({ status: failure === null ? 0 : Number(failure.code), out, error }),
    )
  })

test('check names the line of a syntax error, and every mistake of a configuration', async () => {
  await using folder = await scratch()
  const check = async (name: string, text: string) => {
    await writeFile(join(folder.path, name), text)
    return await postern(folder.path, 'config', 'check', name)
  }
  expect(await check('a.mjs', "export default {\n  mode: 'enforce',\n  dns: [\n}\n")).toMatchObject({
    status: 1,
    error: expect.stringMatching(/^a\.mjs: found "line 4: /),
  })
  expect(await check('b.ts', 'export default {\n  mode: [\n}\n')).toMatchObject({
    status: 1,
    error: expect.stringMatching(/^b\.ts: found "line 3: /),
  })
  const { status, error } = await check('c.json', '{ "mode": "enforced", "filters": { "spf": { "fali": 1 } } }')
  expect(status).toBe(1)
  expect(error.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^mode: found "enforced", expected 'shadow' or 'enforce'/),
    expect.stringMatching(/^filters\.spf\.fali: found 1, expected one of /),
  ])
  expect(await check('d.json', '{}')).toEqual({ status: 0, out: 'd.json: no mistakes\n', error: '' })
})

test('print shows the effective configuration without its secrets', async () => {
  await using folder = await scratch()
  const url = 'redis://user:s3cret@127.0.0.1:6379'
  await writeFile(join(folder.path, 'a.json'), JSON.stringify({ store: { redis: { url } }, mode: 'enforce' }))
  const { status, out } = await postern(folder.path, 'config', 'print', '--config', 'a.json', '--workers', '2')
  expect(status).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    mode: 'enforce',
    workers: 2,
    maildir: 'mail',
    store: { redis: { url: 'redis://user:(hidden)@127.0.0.1:6379' } },
  })
  expect((await postern(folder.path, 'config', 'print', '--workers', 'many')).status).toBe(1)
  expect((await postern(folder.path, 'config', 'check')).status).toBe(2)
  expect((await postern(folder.path, 'config')).status).toBe(2)
})

test('init writes once, and never over a file', async () => {
  await using folder = await scratch()
  expect(await postern(folder.path, 'init')).toMatchObject({ status: 0 })
  await writeFile(join(folder.path, 'postern.config.ts'), 'mine')
  expect(await postern(folder.path, 'init')).toMatchObject({
    status: 1,
    error: expect.stringContaining('stays as it is'),
  })
  expect(await readFile(join(folder.path, 'postern.config.ts'), 'utf8')).toBe('mine')
  expect((await postern(folder.path, 'init', 'a', 'b')).status).toBe(2)
})

test('each command has its own help, and serve without a port says what is wrong', async () => {
  await using folder = await scratch()
  for (const command of ['serve', 'init', 'config', 'list'])
    expect(await postern(folder.path, command, '--help')).toMatchObject({
      status: 0,
      out: expect.stringMatching(new RegExp(`^usage: postern ${command}`)),
    })
  const { status, error } = await postern(folder.path, 'serve', '--listen', 'here', '--workers', '0')
  expect([
    status,
    error
      .trimEnd()
      .split('\n')
      .map(line => line.split(':')[0]),
  ]).toEqual([1, ['--listen', '--workers']])
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(await postern(folder.path, '--version')).toEqual({ status: 0, out: `${version}\n`, error: '' })
})

test.for([
  ['postern.config.ts', "export default {\n  domains: ['a.example'\n}\n", /found "line \d: Expected/],
  ['postern.config.mjs', "export default {\n  domains: ['a.example'\n}\n", /found "line \d: /],
  ['postern.config.mjs', "module.exports = { mode: 'enforce' }\n", /write import and export default, or name .*\.cjs/],
  ['postern.config.ts', "import './rule'\nexport default {}\n", /no file rule", .*import … from '\.\/rule\.ts'/],
  ['postern.config.ts', "import './rule.ts'\nexport default {}\n", /found "no file rule\.ts", .*; correct it/],
  ['postern.config.mjs', 'throw new TypeError(\'Unknown file extension ".ts" for /a.ts\')\n', /Node 22\.19 or later/],
  ['postern.config.ts', "import 'no-such-package'\nexport default {}\n", /npm install no-such-package in the folder/],
] as const)('%s that Node cannot load is named with its place and a remedy: %j', async ([name, text, words]) => {
  await using folder = await scratch()
  await writeFile(join(folder.path, name), text)
  const { status, error } = await postern(folder.path, 'config', 'check', name)
  expect(error).toMatch(words)
  expect(status).toBe(1)
})

test('import in a folder of CommonJS is named, with how to make it a folder of ES modules', async () => {
  await using folder = await scratch()
  await writeFile(join(folder.path, 'package.json'), '{ "type": "commonjs" }')
  await writeFile(join(folder.path, 'postern.config.ts'), "import 'node:fs'\nexport default {}\n")
  const { error } = await postern(folder.path, 'config', 'check')
  expect(error).toContain('found "import in a CommonJS file", expected an ES module; run npm pkg set type=module')
})

test.for([
  [['srve'], 'postern: found "srve", expected one of serve, '],
  [['srve'], 'did you mean postern serve?'],
  [
    ['config', 'chek'],
    'postern config: found "chek", expected one of check, print; did you mean postern config check?',
  ],
  [['config', 'check'], 'found no postern.config.ts in this folder'],
  [['list'], 'postern list: found no action, expected one of show, add, remove'],
  [['quarantine', 'relase', 'x'], 'did you mean postern quarantine release?'],
  [['quarantine', 'release'], 'postern quarantine release: its arguments are wrong'],
] as const)('%j says what was found and what was expected', async ([words, sentence]) => {
  await using folder = await scratch()
  expect(await postern(folder.path, ...words)).toMatchObject({ status: 2, error: expect.stringContaining(sentence) })
})
