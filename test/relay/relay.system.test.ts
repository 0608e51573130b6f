/** The relay for real, with swaks and clamd. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { startClamd } from '../support/clamd.ts'
import { dnsServer } from '../support/dns-server.ts'
import { eicar } from '../support/eicar.ts'
import { scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT, need } from '../support/services.ts'
import { sink } from '../support/sink.ts'
import { deliver, letter, messages, relayProcess } from './relay-process.ts'

const run = promisify(execFile)
const sha256 = (text: string) => createHash('sha256').update(text, 'latin1').digest('hex')
let swaks = ''
beforeAll(async () => {
  swaks = await need('swaks', ['swaks'])
}, INSTALL_TIMEOUT)

const send = (port: number, to: string) =>
  run(swaks, ['--server', `127.0.0.1:${port}`, '--from', 'a@example.org', '--to', to, '--body', 'by swaks'])

test('M17 what swaks and a raw socket send arrives in the Maildir byte for byte, below the fields on top', async () => {
  await using folder = await scratch()
  await using relay = await relayProcess(['--maildir', folder.path])
  const text = letter('raw', 2_000)
  expect(await deliver(relay.port, text)).toMatch(/^250 2\.6\.0 Delivered ref=/)
  await send(relay.port, 'b@example.net')
  const found = await messages(folder.path)
  const raw = found.find(message => message.includes('<raw@example.org>')) ?? ''
  expect(raw).toMatch(
    /^Return-Path: <a@example\.org>\r\nReceived: from client\.example\.org \(\[127\.0\.0\.1\]\)\r\n by /,
  )
  expect(sha256(raw.slice(raw.indexOf('From: a@example.org')))).toBe(sha256(text))
  expect(found.filter(message => message.includes('by swaks'))).toHaveLength(1)
  // Where the name of the machine is no full one, a warning comes first.
  const lines = relay.told.trimEnd().split('\n')
  expect(lines.filter(line => !line.startsWith('warning: relay/name'))).toHaveLength(5)
})

test('what swaks and a raw socket send arrives at the next server byte for byte, over one connection', async () => {
  await using folder = await scratch()
  await using server = await sink()
  const hop = ['--next-hop', `127.0.0.1:${server.port}`, '--domain', 'example.net', '--maildir', folder.path]
  await using relay = await relayProcess(hop)
  const text = letter('raw')
  expect(await deliver(relay.port, text)).toMatch(/^250 /)
  await send(relay.port, 'b@example.net')
  expect(server.messages).toHaveLength(2)
  const [raw = ''] = server.messages
  expect(sha256(raw.slice(raw.indexOf('From: a@example.org')))).toBe(sha256(text))
})

test(
  'what clamd finds is refused when decisions are carried out',
  async () => {
    await using folder = await scratch()
    await using clamd = await startClamd()
    const dns = await dnsServer({ 'example.org': { A: ['127.0.0.1'], TXT: ['v=spf1 ip4:127.0.0.1 -all'] } })
    await using _closed = { [Symbol.asyncDispose]: () => dns.close() }
    const args = ['--maildir', folder.path, '--clamd', clamd.socket, '--dns', dns.address, '--enforce']
    await using relay = await relayProcess(args)
    expect(relay.told).toContain(`found at ${clamd.socket}`)
    const infected = letter('infected').replace('end infected', eicar.toString('latin1'))
    expect(await deliver(relay.port, infected)).toMatch(/^550 5\.7\.1 /)
    expect(await messages(folder.path)).toEqual([])
  },
  INSTALL_TIMEOUT,
)
