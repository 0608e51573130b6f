/** The README keeps its word: it is short, and its example is code that runs. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const readme = readFileSync('README.md', 'utf8')
const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''

const ENTRY_POINTS: Readonly<Record<string, string>> = {
  postern: 'src/index.ts',
  'postern/filters': 'src/filters/index.ts',
  'postern/smtp-server': 'src/adapters/smtp-server/index.ts',
  'postern/smtp': 'src/smtp/index.ts',
}

test('the README has at most 120 lines, and its example at most 15', () => {
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(120)
  expect(example.trimEnd().split('\n').length).toBeGreaterThan(5)
  expect(example.trimEnd().split('\n').length).toBeLessThanOrEqual(15)
})

test('the example of the README listens, on a free port instead of 25', () => {
  const program = example
    .replace(/from '(postern[^']*)'/g, (_, name: string) => {
      expect(Object.keys(ENTRY_POINTS)).toContain(name)
      return `from '${new URL(ENTRY_POINTS[name] ?? '', `file://${process.cwd()}/`).href}'`
    })
    .replace('server.listen(25)', `server.listen(0, '127.0.0.1', () => { console.log('listening'); process.exit() })`)
  const run = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  expect(run.stdout).toBe('listening\n')
  expect(run.status).toBe(0)
})

test('the example of the README takes honest mail where no clamd is', () => {
  const program = example
    .replace(/from '(postern[^']*)'/g, (_, name: string) => {
      return `from '${new URL(ENTRY_POINTS[name] ?? '', `file://${process.cwd()}/`).href}'`
    })
    .replace(
      'server.listen(25)',
      `const session = gateway.open({ ip: '127.0.0.1' })
       await session.connect()
       await session.helo('localhost')
       await session.mail('')
       await session.rcpt('bob@example.org')
       const { Readable } = await import('node:stream')
       const text = 'From: a@example.org\\r\\nTo: bob@example.org\\r\\nSubject: Minutes\\r\\n\\r\\nHello\\r\\n'
       const { verdict } = await session.data(Readable.from([Buffer.from(text)]))
       console.log(verdict)
       process.exit()`,
    )
  const run = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  expect(run.stdout).toBe('accept\n')
})
