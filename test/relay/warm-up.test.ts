/** What the first message needs is loaded before the relay is ready, and nothing is seen of it. */
import { expect, test } from 'vitest'
import { readOptions } from '../../src/relay/config/options.ts'
import { startRelay } from '../../src/relay/relay.ts'
import { scratch } from '../support/scratch.ts'
import { deliver, letter, messages, relayProcess } from './relay-process.ts'

const hook = new URL('../support/loaded-modules.mjs', import.meta.url)

const HTML = [
  'From: a@example.org',
  'Date: Mon, 23 Nov 2026 11:00:00 +0000',
  'Message-ID: <html@example.org>',
  'Subject: =?utf-8?B?R3LDvMOfZQ==?=',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="b"',
  '',
  '--b',
  'Content-Type: text/html; charset=windows-1252',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  '<p>Please <a href=3D"https://www.example.org/pay">pay</a> the invoice.</p>',
  '--b',
  'Content-Type: application/pdf; name="a.pdf"',
  'Content-Transfer-Encoding: base64',
  '',
  'JVBERi0xLjQK',
  '--b--',
  '',
].join('\r\n')

const loadedIn = (told: string): readonly string[] => told.match(/^loads file:.*$/gm) ?? []

test('the first message loads no module: all was loaded before the relay was ready', async () => {
  await using folder = await scratch()
  const environment = { NODE_OPTIONS: `--import=${hook.href}` }
  await using relay = await relayProcess(['--maildir', folder.path], { environment })
  const before = loadedIn(relay.tells()).length
  expect(before).toBeGreaterThan(0)
  for (const text of [letter('first'), HTML]) expect(await deliver(relay.port, text)).toMatch(/^250 /)
  relay.child.kill('SIGUSR2')
  await expect.poll(() => relay.tells()).toContain('loads no more')
  expect(loadedIn(relay.tells()).slice(before)).toEqual([])
  expect(await messages(folder.path)).toHaveLength(2)
})

test('nothing is seen of the message that is judged before: no event, no count, no delivery', async () => {
  await using folder = await scratch()
  const lines: string[] = []
  const options = readOptions(['--listen', '127.0.0.1:0', '--maildir', folder.path], {})
  const tell: string[] = []
  const effects = { log: (line: string) => void lines.push(line), tell: (line: string) => void tell.push(line) }
  const relay = await startRelay({ ...options, dns: ['127.0.0.1:9'] }, effects)
  try {
    const counted = relay
      .metrics()
      .flatMap(({ type, name, samples }) => (type === 'counter' ? [{ name, samples }] : []))
    const sums = counted.filter(({ samples }) => samples.some(({ value }) => value > 0))
    expect(sums).toEqual([])
    expect(lines).toEqual([])
    expect(tell.filter(line => !line.includes('relay/name'))).toEqual([])
    expect(await messages(folder.path)).toEqual([])
  } finally {
    await relay.close()
  }
})

test("no function of the operator's is called before a client comes", async () => {
  await using folder = await scratch()
  const called: string[] = []
  const read = readOptions(['--listen', '127.0.0.1:0', '--maildir', folder.path, '--domain', 'example.net'], {})
  const valid = async (address: string): Promise<boolean> => {
    called.push(address)
    return true
  }
  const options = { ...read, dns: ['127.0.0.1:9'], filters: { ...read.filters, recipients: { valid } } }
  const relay = await startRelay(options, { log: () => undefined, tell: () => undefined })
  try {
    expect(called).toEqual([])
    expect(await deliver(relay.port, letter('first'))).toMatch(/^250 /)
    expect(called).toEqual(['b@example.net'])
  } finally {
    await relay.close()
  }
})
