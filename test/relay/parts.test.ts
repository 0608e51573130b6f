/** The parts of the relay that need no network: options, certificate, report, Maildir. */
import { X509Certificate } from 'node:crypto'
import * as system from 'node:fs/promises'
import { open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createSecureContext } from 'node:tls'
import { expect, test } from 'vitest'
import { type Decision, type Outcome, PosternError, type Verdict } from '../../src/index.ts'
import { help, known } from '../../src/relay/config/command-line.ts'
import { readOptions } from '../../src/relay/config/options.ts'
import { deliverer } from '../../src/relay/delivery/deliver.ts'
import { type Files, Maildir } from '../../src/relay/delivery/maildir.ts'
import { jsonLine } from '../../src/relay/report.ts'
import { selfSigned } from '../../src/relay/tls/self-signed.ts'
import { scratch } from '../support/scratch.ts'

test('without options it listens on the loopback, delivers into ./mail and carries nothing out', () => {
  expect(readOptions([], {})).toEqual({
    listen: { host: '127.0.0.1', port: 2525 },
    domains: [],
    maildir: 'mail',
    dns: [],
    proxies: [],
    xclient: [],
    forwarders: [],
    workers: 1,
    relays: 1,
    store: { kind: 'memory' },
    sessions: 1_000,
    content: true,
    greylist: false,
    reputation: true,
    enforce: false,
  })
})

test('the command line wins over the environment', () => {
  const environment = { POSTERN_LISTEN: '[::1]:25', POSTERN_DOMAIN: 'a.example, b.example', POSTERN_ENFORCE: '1' }
  expect(readOptions(['--listen=127.0.0.1:26', '--next-hop', 'lmtp://mail.example:24'], environment)).toEqual({
    listen: { host: '127.0.0.1', port: 26 },
    domains: ['a.example', 'b.example'],
    nextHop: { host: 'mail.example', port: 24, protocol: 'lmtp', tls: 'opportunistic' },
    maildir: 'mail',
    dns: [],
    proxies: [],
    xclient: [],
    forwarders: [],
    workers: 1,
    relays: 1,
    store: { kind: 'memory' },
    sessions: 1_000,
    content: true,
    greylist: false,
    reputation: true,
    enforce: true,
  })
})

test('--trusted-network none trusts no address, and stands alone', () => {
  expect(readOptions([], {}).trustedNetworks).toBeUndefined()
  expect(readOptions(['--trusted-network', 'none'], {}).trustedNetworks).toEqual([])
  expect(readOptions([], { POSTERN_TRUSTED_NETWORK: 'none' }).trustedNetworks).toEqual([])
  expect(readOptions(['--trusted-network', '10.0.0.0/8'], {}).trustedNetworks).toEqual(['10.0.0.0/8'])
  const both = ['--trusted-network', 'none', '--trusted-network', '10.0.0.0/8']
  expect(() => readOptions(both, {})).toThrow(/^--trusted-network: found "none, 10\.0\.0\.0\/8", expected networks/)
})

test('all that is wrong with the options is told at once', () => {
  const hop = ['--next-hop', '[::1]:25', '--next-hop-tls', 'perhaps', '--next-hop-ca', '/nowhere.pem']
  const args = ['--listen', 'here', ...hop, '--enforced', 'extra', '--cert', '/nowhere.pem']
  const read = () => readOptions(args, {})
  expect(read).toThrow(PosternError)
  try {
    read()
  } catch (error) {
    const paths = error instanceof PosternError ? error.problems.map(({ path }) => path) : []
    const wrong = ['--cert', '--domain', '--key', '--listen', '--next-hop-ca', '--next-hop-tls']
    expect(paths.sort()).toEqual([...wrong, 'command line', 'command line'].sort())
  }
  expect(() => readOptions(['--next-hop', 'mail.example', '--domain', 'a.example'], {})).toThrow('--next-hop: found')
})

test.for([
  ['mail.example:25', undefined, 'opportunistic'],
  ['mail.example:25', 'required', 'required'],
  ['mail.example:25', 'off', 'off'],
  ['127.0.0.1:25', undefined, 'off'],
  ['[::1]:25', undefined, 'off'],
  ['lmtp://localhost:24', undefined, 'off'],
  ['localhost:25', 'opportunistic', 'opportunistic'],
] as const)('to %s, told %s, TLS is %s', ([hop, told, tls]) => {
  const environment = told && { POSTERN_NEXT_HOP_TLS: told }
  expect(readOptions(['--next-hop', hop, '--domain', 'a.example'], environment ?? {}).nextHop?.tls).toBe(tls)
})

test('several workers share a file beside the mail, unless another store is named', () => {
  expect(readOptions(['--workers', '4'], {})).toMatchObject({
    workers: 4,
    store: { kind: 'sqlite', file: 'mail/postern.db' },
  })
  const redis = 'redis://127.0.0.1:6379/1'
  expect(readOptions(['--workers', '4', '--store', redis], {}).store).toEqual({ kind: 'redis', url: redis })
  expect(readOptions([], { POSTERN_STORE: '/var/lib/postern/store.db' }).store).toEqual({
    kind: 'sqlite',
    file: '/var/lib/postern/store.db',
  })
  expect(readOptions([], { POSTERN_GREYLIST: '1', POSTERN_REPUTATION: '0', POSTERN_SESSIONS: '50' })).toMatchObject({
    greylist: true,
    reputation: false,
    sessions: 50,
  })
})

test.for([
  [['--workers', '0'], '--workers: found'],
  [['--workers', 'many'], '--workers: found'],
  [['--workers', '2', '--store', 'memory'], '--store: found'],
  [['--store', 'mysql://127.0.0.1'], '--store: found'],
  [['--store', ''], '--store: found'],
  [['--sessions', '-1'], '--sessions: found'],
  [['--relays', '0'], '--relays: found'],
  [['--greylist=perhaps'], '--greylist: found'],
  [['--reputation=maybe'], '--reputation: found'],
] as const)('%j is refused: %s', ([args, complaint]) => {
  expect(() => readOptions(args, {})).toThrow(complaint)
})

test('every option stands in --help', () => {
  for (const name of Object.keys(known)) expect(help).toContain(`--${name}`)
})

test('the password of a store is not told when its place is wrong', () => {
  expect(() => readOptions(['--store', 'mysql://user:hush@127.0.0.1'], {})).not.toThrow('hush')
})

test('the self-made certificate verifies itself, bears the name, and is taken by TLS', () => {
  // Many lengths, so that the lines of the PEM end in every way.
  for (let length = 1; length <= 60; length += 1) {
    const name = `${'m'.repeat(length)}.example.org`
    const read = new X509Certificate(selfSigned(name).cert)
    expect(read.verify(read.publicKey)).toBe(true)
    expect(read.checkHost(name)).toBe(name)
  }
  const { cert, key } = selfSigned('mx.example.org')
  const read = new X509Certificate(cert)
  expect(new Date(read.validTo).getTime()).toBeGreaterThan(Date.now() + 3_000 * 86_400_000)
  expect(() => createSecureContext({ cert, key })).not.toThrow()
})

test('S01 whatever a client puts into the log, it is one line, without controls, and reads back the same', () => {
  const nasty = { helo: 'a\r\nb\u001b[31m\u0085\u2028\u2029\u202e\u200b\ufeff\u009b\u{e0041}\ud800发票' }
  const line = jsonLine(nasty)
  expect(line).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*\n$/u)
  expect(line).toContain('发票')
  expect(JSON.parse(line)).toEqual(nasty)
})

const failing = (step: 'open' | 'write' | 'sync' | 'rename', code: string): Files => {
  const fail = () => Promise.reject(Object.assign(new Error(code), { code }))
  return {
    ...system,
    rename: step === 'rename' ? fail : rename,
    open: async (path, flags, mode) => {
      if (step === 'open') return await fail()
      const file = await open(path, flags, mode)
      return {
        write: bytes => (step === 'write' ? fail() : file.write(bytes)),
        sync: () => (step === 'sync' ? fail() : file.sync()),
        close: () => file.close(),
      }
    },
  }
}

const steps = ['open', 'write', 'sync', 'rename'] as const
test.for(steps.flatMap(step => ['ENOSPC', 'EIO', 'EMFILE'].map(code => [step, code] as const)))(
  'K03 %s fails with %s: 452, nothing is left, and the next message is stored',
  async ([step, code]) => {
    await using folder = await scratch()
    const broken = await Maildir.open(folder.path, failing(step, code))
    expect(await broken.deliver('', Readable.from([Buffer.from('x')]))).toEqual({
      code: 452,
      status: '4.3.1',
      text: 'No room to store mail',
    })
    for (const part of ['tmp', 'new']) expect(await readdir(join(folder.path, part))).toEqual([])
    const whole = await Maildir.open(folder.path)
    expect((await whole.deliver('Top: 1\r\n', Readable.from([Buffer.from('x\r\n')]))).code).toBe(250)
    const [name = ''] = await readdir(join(folder.path, 'new'))
    expect(await readFile(join(folder.path, 'new', name), 'utf8')).toBe('Top: 1\r\nx\r\n')
  },
)

test.for(['EINVAL', 'ENOTSUP', 'EBADF'])(
  'a folder that cannot be synced (%s) is passed over, the message is safe',
  async code => {
    await using folder = await scratch()
    const box = await Maildir.open(folder.path, withFolderSync(code))
    expect((await box.deliver('', Readable.from([Buffer.from('x')]))).code).toBe(250)
    expect(await readdir(join(folder.path, 'new'))).toHaveLength(1)
  },
)

test('K03 a folder that cannot be synced for a fault of the disk (EIO) refuses: 452, and nothing is left', async () => {
  await using folder = await scratch()
  const box = await Maildir.open(folder.path, withFolderSync('EIO'))
  expect((await box.deliver('', Readable.from([Buffer.from('x')]))).code).toBe(452)
  expect(await readdir(join(folder.path, 'new'))).toEqual([])
})

/** Only the sync of a folder fails. */
function withFolderSync(code: string): Files {
  return {
    ...system,
    open: async (path, flags, mode) => {
      const file = await open(path, flags, mode)
      const fail = () => Promise.reject(Object.assign(new Error(code), { code }))
      return {
        write: bytes => file.write(bytes),
        sync: () => (flags === 'r' ? fail() : file.sync()),
        close: () => file.close(),
      }
    },
  }
}

test('a hundred messages at once get a hundred names', async () => {
  await using folder = await scratch()
  const box = await Maildir.open(folder.path)
  await Promise.all(Array.from({ length: 100 }, () => box.deliver('', Readable.from([Buffer.from('x')]))))
  expect(await readdir(join(folder.path, 'new'))).toHaveLength(100)
})

test('quarantined mail goes to .Junk, and once to each place when recipients differ', async () => {
  await using folder = await scratch()
  const deliver = await deliverer(readOptions(['--maildir', folder.path], {}), { name: 'mx.example.org' })
  const decision = (verdict: Verdict): Decision => ({
    stage: 'message',
    verdict,
    score: 0,
    findings: [],
    reply: { code: 250, status: '2.6.0', text: 'fine' },
  })
  const arrival = {
    ...{ reversePath: '', helo: 'a\r\nb', ip: '2001:db8::1', name: 'mx.example.org', ref: '7K2Q9F' },
    ...{ tls: false, date: new Date(0) },
  }
  const outcome = (verdicts: readonly Verdict[]): Outcome => ({
    ...decision('accept'),
    each: new Map(verdicts.map((verdict, index) => [`${index}@example.org`, decision(verdict)])),
    trace: [],
    forged: [],
    content: { size: 3, open: () => Readable.from([Buffer.from('x\r\n')]) },
  })
  const count = async (place: string) => (await readdir(join(folder.path, place, 'new'))).length
  expect((await deliver(outcome(['quarantine']), arrival)).code).toBe(250)
  expect([await count('.'), await count('.Junk')]).toEqual([0, 1])
  expect((await deliver(outcome(['accept', 'quarantine', 'accept', 'reject']), arrival)).code).toBe(250)
  expect([await count('.'), await count('.Junk')]).toEqual([1, 2])
  const [name = ''] = await readdir(join(folder.path, 'new'))
  expect(await readFile(join(folder.path, 'new', name), 'utf8')).toBe(
    'Return-Path: <>\r\nReceived: from a??b ([IPv6:2001:db8::1])\r\n' +
      ' by mx.example.org with ESMTP id 7K2Q9F;\r\n Thu, 01 Jan 1970 00:00:00 +0000\r\nx\r\n',
  )
})
