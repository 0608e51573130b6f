/** `postern replay` tells which decisions differ between two configurations, and why. */
import { execFile } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { postern } from '../../src/engine/gateway.ts'
import { dnsbl } from '../../src/filters/dnsbl/dnsbl.ts'
import { message } from '../../src/testing/message.ts'
import { record } from '../../src/testing/record.ts'
import { saveTo } from '../../src/testing/recording.ts'
import { zone } from '../../src/testing/zone.ts'
import { cli } from '../support/programs.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

const source = (path: string) =>
  JSON.stringify(pathToFileURL(fileURLToPath(new URL(`../../src/${path}`, import.meta.url))))

const lists = { zone: 'bl.example.com', points: 3 }

let folder: Scratch
const path = (name: string) => join(folder.path, name)

/** Two sessions, written by a gateway that asks a list: one client is on it. */
async function recordTwo(): Promise<void> {
  const dns = zone({ '2.0.0.127.bl.example.com': { A: '127.0.0.2' }, '66.2.0.192.bl.example.com': { A: '127.0.0.4' } })
  const saved: Promise<void>[] = []
  const save = saveTo(path('recordings'))
  const gateway = record(
    postern({ filters: [dnsbl({ zones: [lists] })], dns, name: 'mx.example.net' }),
    recording => void saved.push(save(recording)),
  )
  await new Promise(resolve => setTimeout(resolve, 20))
  for (const [ip, ref] of [
    ['192.0.2.1', 'GOOD'],
    ['192.0.2.66', 'LISTED'],
  ] as const) {
    const session = gateway.open({ ip, ref })
    await session.connect()
    await session.helo('mx.example.org')
    await session.mail('alice@example.org')
    await session.rcpt('bob@example.net')
    await session.data(Readable.from([message()]))
    session.close()
  }
  await new Promise(resolve => setTimeout(resolve, 20))
  await Promise.all(saved)
}

const config = (name: string, points: number) =>
  writeFile(
    path(name),
    `import { dnsbl } from ${source('filters/dnsbl/dnsbl.ts')}
export default { name: 'mx.example.net', filters: [dnsbl({ zones: [{ zone: 'bl.example.com', points: ${points} }] })] }
`,
  )

beforeAll(async () => {
  folder = await scratch()
  await mkdir(path('recordings'))
  await mkdir(path('empty'))
  await recordTwo()
  await config('same.mjs', 3)
  await config('strict.mjs', 20)
  await writeFile(
    path('gateway.mjs'),
    `import { postern } from ${source('engine/gateway.ts')}
export default postern({ name: 'mx.example.net', filters: [{
  name: 'other',
  helo: async ({ dns }) => { await dns.resolve('new.example', 'A') },
}] })
`,
  )
  await writeFile(path('wrong.mjs'), 'export default 7\n')
})
afterAll(() => folder.remove())

async function run(...args: readonly string[]) {
  const out: string[] = []
  const error: string[] = []
  const status = await main(args, { out: line => out.push(line), error: line => error.push(line) })
  return { status, out, error }
}

test('the configuration that was recorded decides the same', async () => {
  expect(await run('replay', path('recordings'), '--config', path('same.mjs'))).toEqual({
    status: 0,
    out: ['2 replayed, 0 decided differently'],
    error: [],
  })
})

test('two configurations are compared with each other, decision by decision', async () => {
  const { status, out } = await run(
    ...['replay', path('recordings'), '--config', path('same.mjs'), '--config', path('strict.mjs')],
  )
  expect(status).toBe(1)
  const text = out.join('\n')
  expect(text).toContain(
    [
      'LISTED.json',
      '  ref LISTED, from 192.0.2.66',
      '  connect',
      '    verdict: accept → reject',
      '    score: 3 → 20',
      '    only before: dnsbl/listed (3) 192.0.2.66 is listed by bl.example.com (127.0.0.4)',
      '    only after: dnsbl/listed (20) 192.0.2.66 is listed by bl.example.com (127.0.0.4)',
    ].join('\n'),
  )
  expect(text).toContain('reply: 250 2.1.5 Recipient accepted ref=LISTED → 550 5.7.1 Refused by policy ref=LISTED')
  expect(text).not.toContain('GOOD')
  expect(out.at(-1)).toBe('2 replayed, 1 decided differently')
})

test('a question of the gateway that the recording does not answer is reported', async () => {
  const { status, out } = await run('replay', path('recordings'), '--config', path('gateway.mjs'))
  expect(status).toBe(1)
  expect(out.join('\n')).toContain(`${path('gateway.mjs')} asks new.example A, which the recording has no answer for`)
})

test.for<[string, readonly string[], string]>([
  ['no command', [], 'postern replay DIR'],
  ['another command', ['play', 'DIR', '--config', 'a'], 'postern: found "play", expected one of serve, init'],
  ['no configuration', ['replay', 'recordings'], 'found 1 folders and 0 configurations, expected one folder of'],
  ['a configuration that is not there', ['replay', 'recordings', '--config', 'no.ts'], 'name a file that is there'],
  ['three configurations', ['replay', 'recordings', ...Array(3).fill(['--config', 'a']).flat()], 'usage:'],
  ['an unknown option', ['replay', 'recordings', '--confg', 'a'], "postern: Unknown option '--confg'"],
  ['a folder that is not there', ['replay', 'nowhere', '--config', 'same.mjs'], 'postern: ENOENT'],
  ['a folder without recordings', ['replay', 'empty', '--config', 'same.mjs'], 'postern: there is no recording'],
  ['a module that is no configuration', ['replay', 'recordings', '--config', 'wrong.mjs'], 'neither a Gateway nor'],
])('%s gets a sentence, and status 2', async ([, args, words]) => {
  const files = ['recordings', 'empty', 'nowhere', 'same.mjs', 'wrong.mjs']
  const { status, out, error } = await run(...args.map(arg => (files.includes(arg) ? path(arg) : arg)))
  expect({ status, out }).toEqual({ status: 2, out: [] })
  expect(error.join('\n')).toContain(words)
})

test('it runs as a program, through a link as npm makes it', async () => {
  await symlink(cli, path('postern'))
  const help = await promisify(execFile)(process.execPath, [path('postern'), '--help'])
  expect(help.stdout).toContain('postern replay DIR --config A [--config B]')
  const failing = promisify(execFile)(process.execPath, [
    ...[cli, 'replay', path('recordings'), '--config', path('same.mjs'), '--config', path('strict.mjs')],
  ])
  await expect(failing).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('1 decided differently') })
})
