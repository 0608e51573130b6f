/** The README keeps its word: it is short, and its example is code that runs. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { codeBlocks } from './support/markdown.ts'

const readme = readFileSync('README.md', 'utf8')
const example = codeBlocks(readme).find(({ language }) => language === 'ts')?.code ?? ''

/** Runs a program that imports `postern` as users do. */
function run(program: string) {
  const args = ['--no-warnings', '--import', './test/support/package-source.ts', '--input-type=module', '-e', program]
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
}

test('the README has at most 120 lines, and its example at most 15', () => {
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(120)
  expect(example.trimEnd().split('\n').length).toBeGreaterThan(5)
  expect(example.trimEnd().split('\n').length).toBeLessThanOrEqual(15)
})

test('the example of the README listens, on a free port instead of 25', () => {
  const listen = `server.listen(0, '127.0.0.1', () => { console.log('listening'); process.exit() })`
  expect(run(example.replace('server.listen(25)', listen))).toMatchObject({ status: 0, stdout: 'listening\n' })
})

test('the example of the README takes honest mail where no clamd is', () => {
  const session = `const session = gateway.open({ ip: '127.0.0.1' })
    await session.connect()
    await session.helo('localhost')
    await session.mail('')
    await session.rcpt('bob@example.org')
    const { Readable } = await import('node:stream')
    const text = 'From: a@example.org\\r\\nTo: bob@example.org\\r\\nSubject: Minutes\\r\\n\\r\\nHello\\r\\n'
    const { verdict } = await session.data(Readable.from([Buffer.from(text)]))
    console.log(verdict)
    process.exit()`
  expect(run(example.replace('server.listen(25)', session))).toMatchObject({ status: 0, stdout: 'accept\n' })
})
