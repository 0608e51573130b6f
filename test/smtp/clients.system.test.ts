/** Real clients deliver through our own SMTP server: swaks, msmtp, Postfix and Exim. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { selfSigned } from '../../src/relay/tls/self-signed.ts'
import { eximSends } from '../support/exim.ts'
import { type FrontServer, frontServer } from '../support/front-server.ts'
import { startPostfix } from '../support/postfix.ts'
import { scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT, need } from '../support/services.ts'

const run = promisify(execFile)
const tls = selfSigned('mx.example.org')
/** Lines that begin with dots, and a long line. */
const body = `One\n.dot\n..\n${'x'.repeat(900)}\nend\n`

/** As it has to arrive, whatever the client has put in front of it. */
function expectBody(host: FrontServer): void {
  expect(host.delivered).toHaveLength(1)
  expect(host.delivered[0]?.forwardPaths).toEqual(['b@example.net'])
  expect(host.delivered[0]?.message).toContain(`\r\n\r\n${body.replaceAll('\n', '\r\n')}`)
}

describe('swaks', () => {
  let swaks = ''
  beforeAll(async () => {
    swaks = await need('swaks', ['swaks'])
  }, INSTALL_TIMEOUT)

  test.for([
    ['in the plain', []],
    ['with pipelining', ['--pipeline']],
  ] as const)('%s', async ([, more]) => {
    await using host = await frontServer({ options: { tls } })
    const to = ['--server', '127.0.0.1', '--port', `${host.port}`, '--from', 'a@example.com', '--to', 'b@example.net']
    await run(swaks, [...to, '--body', body, ...more])
    expectBody(host)
  })

  test('over LMTP', async () => {
    await using host = await frontServer({ options: { lmtp: true } })
    const to = ['--server', '127.0.0.1', '--port', `${host.port}`, '--from', 'a@example.com', '--to', 'b@example.net']
    await run(swaks, [...to, '--protocol', 'LMTP', '--body', body])
    expectBody(host)
  })
})

describe('msmtp', () => {
  let msmtp = ''
  beforeAll(async () => {
    msmtp = await need('msmtp', ['msmtp'])
  }, INSTALL_TIMEOUT)

  test.for(['in the plain', 'with STARTTLS', 'with TLS from the beginning'] as const)('%s', async how => {
    await using host = await frontServer({ options: { tls, implicitTls: how === 'with TLS from the beginning' } })
    await using folder = await scratch()
    const file = join(folder.path, 'message')
    await writeFile(file, `From: a@example.com\nTo: b@example.net\nSubject: x\n\n${body}`)
    const starttls = how === 'with STARTTLS' ? 'on' : 'off'
    const secure =
      how === 'in the plain' ? ['--tls=off'] : ['--tls=on', '--tls-certcheck=off', `--tls-starttls=${starttls}`]
    const to = [`--host=127.0.0.1`, `--port=${host.port}`, '--from=a@example.com', ...secure, 'b@example.net']
    await run('sh', ['-c', `exec ${[msmtp, '--file=/dev/null', ...to].join(' ')} < ${file}`])
    expectBody(host)
    expect(host.delivered[0]?.tls !== undefined).toBe(how !== 'in the plain')
  })
})

describe('Postfix', () => {
  test.for(['none', 'encrypt'] as const)(
    'relays with pipelining and TLS %s',
    { timeout: INSTALL_TIMEOUT },
    async level => {
      await using host = await frontServer({ options: { tls, dsn: true } })
      await using postfix = await startPostfix({
        nextHop: host.port,
        settings: { mynetworks: '127.0.0.0/8', smtp_tls_security_level: level },
      })
      const swaks = await need('swaks', ['swaks'])
      const to = ['--server', '127.0.0.1', '--port', `${postfix.port}`, '--from', 'a@example.com']
      await run(swaks, [...to, '--to', 'b@example.net', '--body', body])
      await expect.poll(() => host.delivered.length, { timeout: 20_000 }).toBe(1)
      expectBody(host)
      expect(host.delivered[0]?.tls !== undefined).toBe(level === 'encrypt')
      await expect.poll(() => postfix.queue(), { timeout: 20_000 }).toEqual([])
      expect(await postfix.log()).toMatch(/status=sent \(250 2\.6\.0 /)
    },
  )
})

describe('Exim', () => {
  test.for(['in the plain', 'with STARTTLS'] as const)('in chunks, %s', { timeout: INSTALL_TIMEOUT }, async how => {
    await using host = await frontServer({ options: how === 'with STARTTLS' ? { tls } : {} })
    const message = `From: a@example.com\nTo: b@example.net\nSubject: x\n\n${body}`
    const log = await eximSends({ port: host.port, from: 'a@example.com', to: 'b@example.net', message })
    // K: by CHUNKING.
    expect(log).toMatch(/=> b@example\.net .* K .*C="250/)
    expect(log.includes(' X=TLS')).toBe(how === 'with STARTTLS')
    expectBody(host)
  })
})
