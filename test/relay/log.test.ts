/** The log when its reader stops, and the files that are read again while the relay runs. */
import { rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { connect } from 'node:tls'
import { expect, test } from 'vitest'
import { boundedLog } from '../../src/relay/bounded-log.ts'
import { findScanner } from '../../src/relay/scanner.ts'
import { selfSigned } from '../../src/relay/tls/self-signed.ts'
import { probe } from '../../src/testing/probe.ts'
import { scratch } from '../support/scratch.ts'
import { begin, deliver, letter, relayProcess } from './relay-process.ts'

test('a reader that stops costs a bounded queue; what is dropped is counted, and lines stay whole', async () => {
  const reader = new PassThrough({ highWaterMark: 100 })
  const told: string[] = []
  const log = boundedLog(reader, line => void told.push(line), 1_000)
  for (let line = 0; line < 1_000; line += 1) log.write(`${line} ${'x'.repeat(20)}\n`)
  expect(reader.writableLength).toBeLessThanOrEqual(1_000)
  const kept: string[] = []
  reader.on('data', bytes => void kept.push(String(bytes)))
  await expect.poll(() => told).toHaveLength(1)
  const lines = kept.join('').trimEnd().split('\n')
  expect(lines.every(line => /^\d+ x{20}$/.test(line))).toBe(true)
  expect(told[0]).toBe(
    `warning: log/dropped: ${1_000 - lines.length} lines were dropped, because their reader had stopped\n`,
  )
  log.write('after\n')
  await expect.poll(() => kept.at(-1)).toBe('after\n')
})

test('SIGHUP ends nothing, and a renewed certificate is shown without a restart', async () => {
  await using folder = await scratch()
  const files = { cert: join(folder.path, 'cert.pem'), key: join(folder.path, 'key.pem') }
  const write = async (name: string) => {
    const pem = selfSigned(name)
    for (const part of ['cert', 'key'] as const) {
      await writeFile(`${files[part]}.new`, pem[part])
      await rename(`${files[part]}.new`, files[part])
    }
  }
  await write('old.example.org')
  await using relay = await relayProcess(['--maildir', folder.path, '--cert', files.cert, '--key', files.key])
  const shown = async () => {
    const { socket, say } = await begin(relay.port, { upTo: 'EHLO' })
    await say('STARTTLS')
    socket.removeAllListeners('data')
    const tls = connect({ socket, rejectUnauthorized: false })
    await new Promise(resolve => tls.once('secureConnect', resolve))
    const name = tls.getPeerCertificate().subject.CN
    tls.destroy()
    return name
  }
  expect(await shown()).toBe('old.example.org')
  await write('new.example.org')
  relay.child.kill('SIGHUP')
  await expect.poll(shown, { timeout: 20_000 }).toBe('new.example.org')
  // A file that cannot be used leaves the old one where it is.
  await writeFile(files.cert, 'no certificate')
  relay.child.kill('SIGHUP')
  await expect.poll(relay.tells, { timeout: 20_000 }).toContain('relay/certificate: the old one stays')
  expect(await shown()).toBe('new.example.org')
  expect(await deliver(relay.port, letter('after'))).toMatch(/^250 /)
})

test('clamd that comes up after the relay is asked from then on, and its absence defers from then on', async () => {
  await using folder = await scratch()
  const path = join(folder.path, 'clamd.ctl')
  const { filters } = await findScanner(undefined, path)
  const [filter] = filters
  if (!filter) throw new Error('there is no filter')
  const look = async () =>
    (await probe(filter, { message: 'Subject: x\r\n\r\nanything\r\n' })).map(({ verdict }) => verdict)
  expect(await look()).toEqual([])
  const clamd = createServer(socket => {
    socket.on('error', () => undefined)
    socket.on('data', bytes => {
      if (/PING/.test(String(bytes))) socket.end('PONG\0')
      else if (bytes.subarray(-4).equals(Buffer.alloc(4))) socket.end('stream: Bad FOUND\0')
    })
  }).listen(path)
  await expect.poll(look, { timeout: 20_000, interval: 200 }).toEqual(['reject'])
  clamd.close()
  expect(await look()).toEqual(['defer'])
})
