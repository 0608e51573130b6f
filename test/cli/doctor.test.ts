/** `postern doctor`: results for a person and for a program, and an exit status for cron. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exitCode } from '../../src/cli/doctor.ts'
import { main } from '../../src/cli/main.ts'
import type { CheckResult, CheckStatus } from '../../src/doctor/types.ts'
import { freePort, type Scratch, scratch } from '../support/scratch.ts'
import { sink } from '../support/sink.ts'

async function doctor(folder: Scratch, config: object, ...args: readonly string[]) {
  const file = join(folder.path, 'config.json')
  const base = { name: 'mx.example.org', dns: ['127.0.0.1:9'], maildir: folder.path }
  await writeFile(file, JSON.stringify({ ...base, ...config }))
  const lines: string[] = []
  const take = (line: string) => void lines.push(line)
  const status = await main(['doctor', '--config', file, ...args], { out: take, error: take })
  return { status, lines, text: lines.join('\n') }
}

const result = (status: CheckStatus): CheckResult => ({ name: 'x', status, found: '', expected: '' })

test('the exit status is 0 only when all is right: what is unknown is not', () => {
  expect(exitCode([result('ok'), result('ok')])).toBe(0)
  expect(exitCode([result('ok'), result('unknown')])).toBe(1)
  expect(exitCode([result('warning')])).toBe(1)
  expect(exitCode([result('warning'), result('failed'), result('ok')])).toBe(2)
})

test('a next hop that takes mail is right, one line says so, and status 0', async () => {
  await using folder = await scratch()
  await using server = await sink()
  const hop = { domains: ['example.org'], nextHop: { hosts: [`127.0.0.1:${server.port}`] } }
  const { status, lines } = await doctor(folder, hop, '--check', 'next-hop')
  expect([status, lines]).toEqual([
    0,
    [
      `ok       next-hop 127.0.0.1:${server.port}: it takes mail for postmaster@example.org`,
      '1 ok, 0 unknown, 0 warning, 0 failed',
    ],
  ])
})

test('what fails comes last, with what was expected and what to do, and status 2', async () => {
  await using folder = await scratch()
  const hop = { domains: ['example.org'], nextHop: { hosts: [`127.0.0.1:${await freePort()}`] } }
  const { status, lines } = await doctor(folder, hop, '--check', 'next-hop', '--check', 'maildir')
  expect(status).toBe(2)
  expect(lines).toEqual([
    expect.stringMatching(/^ok {7}maildir /),
    expect.stringMatching(/^failed {3}next-hop 127\.0\.0\.1:\d+: it cannot be reached: .*ECONNREFUSED/),
    expect.stringMatching(/^ {9}expected: a server that takes mail for postmaster/),
    expect.stringMatching(/^ {9}to do: start the server/),
    '1 ok, 0 unknown, 0 warning, 1 failed',
  ])
})

test('--json gives one result on each line', async () => {
  await using folder = await scratch()
  const { status, lines } = await doctor(
    folder,
    { mode: 'enforce', store: { file: join(folder.path, 's.db') } },
    '--json',
  )
  const results = lines.map(line => JSON.parse(line) as CheckResult)
  expect(status).toBe(2)
  expect(results.find(({ name }) => name.startsWith('dns '))).toMatchObject({ status: 'failed' })
  expect(results.find(({ name }) => name.startsWith('store '))).toMatchObject({ status: 'failed' })
  expect(existsSync(join(folder.path, 's.db'))).toBe(false)
  expect(results.find(({ name }) => name === 'node')).toBeDefined()
})

test('a server that is asked writes nothing to the terminal', async () => {
  await using folder = await scratch()
  await using server = await sink(step => (step === 'RCPT' ? '550 \u001b[2J gone' : undefined))
  const hop = { domains: ['example.org'], nextHop: { hosts: [`127.0.0.1:${server.port}`] } }
  const { text } = await doctor(folder, hop, '--check', 'next-hop')
  expect(text).not.toContain('\u001b')
  expect(text).toContain('gone')
})

test('what is skipped is not looked at, and a name that no check has is an error with status 3', async () => {
  await using folder = await scratch()
  const config = { doctor: { skip: ['node', 'clock'] } }
  const { status, text } = await doctor(folder, config, '--check', 'node')
  expect(status).toBe(3)
  expect(text).toContain('--check: found "node", expected one of dns, host-name, port-25, certificate')
  expect((await doctor(folder, config, '--chek', 'dns')).status).toBe(3)
})
