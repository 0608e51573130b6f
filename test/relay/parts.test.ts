/** The parts of the relay that need no network: certificate, report, Maildir. */
import { X509Certificate } from 'node:crypto'
import * as system from 'node:fs/promises'
import { open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createSecureContext } from 'node:tls'
import { expect, test } from 'vitest'
import { jsonLine } from '../../src/log/json-line.ts'
import { type Files, Maildir } from '../../src/relay/delivery/maildir.ts'
import { selfSigned } from '../../src/relay/tls/self-signed.ts'
import { scratch } from '../support/scratch.ts'

test('the self-signed certificate verifies itself, has the name, and is accepted by TLS', () => {
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
