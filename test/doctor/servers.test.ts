/** Certificates, next hops, port 25 and clamd, against real servers of the loopback. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { certificates } from '../../src/doctor/certificate.ts'
import { clamd } from '../../src/doctor/clamd.ts'
import { type HopHost, nextHop } from '../../src/doctor/next-hop.ts'
import { port25 } from '../../src/doctor/port-25.ts'
import { version } from '../../src/filters/clamav/clamd.ts'
import { selfSigned } from '../../src/relay/tls/self-signed.ts'
import { falseClamd } from '../support/false-clamd.ts'
import { freePort, type Scratch, scratch } from '../support/scratch.ts'
import { type Conduct, type SinkOptions, sink } from '../support/sink.ts'
import { look } from './look.ts'

const DAY = 86_400_000
const NOW = Date.now()

/** Looks at one host of a next hop. */
async function hop(conduct: Conduct = () => undefined, more: Partial<HopHost> = {}, options: SinkOptions = {}) {
  await using server = await sink(conduct, options)
  const at = { host: '127.0.0.1', port: server.port }
  const host: HopHost = {
    text: 'mail:25',
    at,
    protocol: 'smtp',
    tls: 'opportunistic',
    domains: ['example.org'],
    ...more,
  }
  const [found = ''] = await look(nextHop({ name: 'mx.example.org', hosts: [host], timeout: 500 }))
  return { found, received: server.received(), messages: server.messages }
}

test('a next hop is asked for the postmaster of its domains, and never gets a message', async () => {
  const { found, received, messages } = await hop(undefined, { domains: ['example.org', 'example.net'] })
  expect(found).toBe('ok next-hop mail:25: it takes mail for postmaster@example.org, postmaster@example.net')
  expect(received).toBe(
    [
      ...['EHLO mx.example.org', 'MAIL FROM:<>', 'RCPT TO:<postmaster@example.org>'],
      ...['RCPT TO:<postmaster@example.net>', 'RSET', 'QUIT', ''],
    ].join('\r\n'),
  )
  expect(messages).toEqual([])
})

test.for<[string, Conduct, string]>([
  [
    'greets with 554',
    step => (step === 'connect' ? '554 go away' : undefined),
    'failed next-hop mail:25: it greets with 554',
  ],
  [
    'refuses EHLO',
    step => (step.endsWith('LO') ? '550 no' : undefined),
    'failed next-hop mail:25: it greets with 550 no',
  ],
  [
    'refuses the null sender',
    step => (step === 'MAIL' ? '550 no' : undefined),
    'it refuses the null sender with 550 no',
  ],
  [
    'does not know postmaster',
    step => (step === 'RCPT' ? '550 5.1.1 who' : undefined),
    'failed next-hop mail:25: it answers',
  ],
  [
    'greylists us',
    step => (step === 'RCPT' ? '450 later' : undefined),
    'warning next-hop mail:25: it answers postmaster',
  ],
  ['says nothing', () => 'silent', 'failed next-hop mail:25: no answer within 0.5 s'],
  ['closes', step => (step === 'MAIL' ? 'close' : undefined), 'failed next-hop mail:25: the connection breaks'],
])('a next hop that %s', async ([, conduct, text]) => {
  expect((await hop(conduct)).found).toContain(text)
})

test('a next hop that is not there fails, and another beside it is right', async () => {
  await using server = await sink()
  const host = { text: 'here', protocol: 'smtp', tls: 'off', domains: [] } as const
  const found = await look(
    nextHop({
      name: 'mx.example.org',
      hosts: [
        { ...host, at: { host: '127.0.0.1', port: server.port } },
        { ...host, text: 'gone', at: { host: '127.0.0.1', port: await freePort() } },
      ],
    }),
  )
  expect(found[0]).toBe('ok next-hop here: it answers')
  expect(found[1]).toContain('failed next-hop gone: it cannot be reached')
})

test('a next hop speaks LMTP and TLS as the configuration says', async () => {
  expect((await hop(undefined, { protocol: 'lmtp', tls: 'off' })).received).toContain('LHLO mx.example.org')
  const tls = selfSigned('127.0.0.1')
  expect((await hop(undefined, { tls: 'required' }, { tls })).found).toContain('ok')
  expect((await hop(undefined, { tls: 'required' })).found).toContain(
    'failed next-hop mail:25: it does not offer STARTTLS',
  )
  expect((await hop(undefined, { tls: 'verified' }, { tls })).found).toContain(
    'failed next-hop mail:25: its certificate',
  )
})

test('TLS that fails is a warning where mail then goes in the clear, and else a failure', async () => {
  const refusing: Conduct = step => (step === 'STARTTLS' ? '454 4.7.0 no' : undefined)
  const tls = selfSigned('127.0.0.1')
  expect((await hop(refusing, {}, { tls })).found).toContain(
    'warning next-hop mail:25: its TLS fails, so mail goes to it',
  )
  expect((await hop(refusing, { tls: 'required' }, { tls })).found).toContain('failed next-hop mail:25: its TLS fails')
  // It takes the handshake for commands.
  expect((await hop(undefined, {}, { pretends: true })).found).toMatch(/^warning .* its TLS fails/)
})

test('a server that knows HELO alone is greeted so, and a name without a dot by an address', async () => {
  const old = await hop(step => (step === 'EHLO' ? '502 what' : undefined))
  expect(old.found).toContain('ok')
  expect(old.received).toContain('HELO mx.example.org')
  await using server = await sink()
  const at = { host: '127.0.0.1', port: server.port }
  const host: HopHost = { text: 'mail:25', at, protocol: 'smtp', tls: 'off', domains: [] }
  await look(nextHop({ name: 'vm', hosts: [host] }))
  expect(server.received()).toMatch(/^EHLO \[127\.0\.0\.1\]\r\n/)
})

interface Served {
  /** What the file holds. @default what the listener presents */
  readonly file?: { readonly cert: string; readonly key: string }
  readonly conduct?: Conduct
  readonly name?: string
  readonly hasFiles?: boolean
  readonly now?: number
}

/** Looks at a listener that presents a certificate for mx.example.org, good from yesterday for ten years. */
async function listener(
  folder: Scratch,
  { file, conduct, name = 'mx.example.org', hasFiles = true, now = NOW }: Served,
) {
  const tls = selfSigned('mx.example.org', NOW)
  await using server = await sink(conduct, { tls })
  const files = { cert: join(folder.path, 'cert.pem'), key: join(folder.path, 'key.pem') }
  await writeFile(files.cert, (file ?? tls).cert)
  await writeFile(files.key, (file ?? tls).key)
  const [found = ''] = await look(
    certificates({
      name,
      listeners: [
        {
          ...{ text: ':25', at: { host: '127.0.0.1', port: server.port }, protocol: 'smtp', implicitTls: false },
          ...(hasFiles && { files }),
        },
      ],
      read: path => readFile(path, 'utf8'),
      now: () => now,
    }),
  )
  return found.replace(folder.path, '')
}

test('a certificate that is presented, has the name and is good for long is right', async () => {
  await using folder = await scratch()
  expect(await listener(folder, {})).toBe(
    'ok certificate :25: it has the name mx.example.org, ends in 3649 days, and is presented',
  )
})

test.for<[string, Served, RegExp]>([
  ['ends in ten days', { now: NOW + 3640 * DAY }, /^warning .* it ends in \d days/],
  ['has ended', { now: NOW + 3651 * DAY }, /^failed .* it has ended on/],
  ['has not begun', { now: NOW - 10 * DAY }, /^failed .* it begins only on/],
  ['has another name', { name: 'mail.example.org' }, /^failed .* it has not the name mail\.example\.org, but DNS:mx/],
  ['is not presented', { file: selfSigned('mx.example.org') }, /^failed .* presents another certificate than/],
  [
    'has another key',
    { file: { ...selfSigned('a.example'), key: selfSigned('b.example').key } },
    /^failed .* is not the key/,
  ],
  ['is no PEM', { file: { cert: 'none', key: 'none' } }, /^failed .* cannot be read/],
  ['is self-made', { hasFiles: false }, /^warning .* a self-signed certificate is presented/],
  [
    'is refused',
    { conduct: step => (step === 'STARTTLS' ? '454 no' : undefined) },
    /^failed .* answers STARTTLS with 454 no/,
  ],
  [
    'is behind a greeting of 421',
    { conduct: step => (step === 'connect' ? '421 busy' : undefined) },
    /^failed .* greets this machine with 421/,
  ],
])('a certificate that %s', async ([, given, text]) => {
  await using folder = await scratch()
  expect(await listener(folder, given)).toMatch(text)
})

test('what a listener presents is unknown where this machine cannot see it', async () => {
  await using folder = await scratch()
  const files = { cert: join(folder.path, 'c'), key: join(folder.path, 'k') }
  const made = selfSigned('mx.example.org')
  await writeFile(files.cert, made.cert)
  await writeFile(files.key, made.key)
  const listeners = [{ text: 'systemd', protocol: 'smtp', implicitTls: false, files }] as const
  const read = (path: string) => readFile(path, 'utf8')
  const [found] = await look(certificates({ name: 'mx.example.org', listeners, read, now: Date.now }))
  expect(found).toContain('unknown certificate systemd: the files are right')
})

test('port 25 inward that cannot be reached is unknown, outward it fails; a greeting of 220 is right', async () => {
  await using server = await sink()
  await using refusing = await sink(step => (step === 'connect' ? '554 no' : undefined))
  const gone = { host: '127.0.0.1', port: await freePort() }
  const there = { host: '127.0.0.1', port: server.port }
  const states = async (inward: typeof there, outward?: typeof there) => {
    const found = await look(port25({ name: 'mx.example.org', inward, timeout: 500, ...(outward && { outward }) }))
    return found.map(text => text.split(' ').slice(0, 3).join(' '))
  }
  expect(await states(there)).toEqual(['ok port-25 inward:'])
  expect(await states(gone, there)).toEqual(['unknown port-25 inward:', 'ok port-25 outward:'])
  expect(await states(there, gone)).toEqual(['ok port-25 inward:', 'failed port-25 outward:'])
  const bad = { host: '127.0.0.1', port: refusing.port }
  expect(await states(bad, bad)).toEqual(['failed port-25 inward:', 'failed port-25 outward:'])
})

const MADE = Date.UTC(2026, 10, 28, 9, 26, 22)

test.for<[string, number, boolean, RegExp]>([
  ['ClamAV 1.4.3/27500/Sat Nov 28 09:26:22 2026', 1, true, /^ok .* ClamAV 1\.4\.3, signatures 27500 of 2026-11-28/],
  ['ClamAV 1.4.3/27500/Sat Nov 28 09:26:22 2026', 3, true, /^warning .* 3 days old/],
  ['ClamAV 1.4.3/27500/Sat Nov 28 09:26:22 2026', 8, true, /^failed .* 8 days old/],
  ['ClamAV 1.4.3', 1, true, /^unknown .* does not say how old/],
  ['ClamAV 1.4.3/27500/yesterday', 1, true, /^unknown .* does not say how old/],
  ['hello', 1, true, /^unknown .* answers VERSION with "hello"/],
  ['', 1, true, /^failed .* so mail is deferred/],
  ['', 1, false, /^warning .* so no message is scanned/],
])('clamd says %j, %i days later', async ([reply, days, isRequired, text]) => {
  await using server = await falseClamd({
    begun: (socket, data) => data.toString() === 'zVERSION\0' && socket.end(reply === '' ? '' : `${reply}\0`),
  })
  const { host, port } = server
  const ask = (signal: AbortSignal) => version({ host, port }, signal)
  const now = () => MADE + days * DAY
  const [found] = await look(clamd({ text: 'clamd', version: ask, isRequired, now }))
  expect(found).toMatch(text)
})
