/** Postern as a milter of a real Postfix: every dialogue, and what becomes of messages on their way to the next hop. */
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { milter } from '../../../src/adapters/milter/index.ts'
import type { Gateway } from '../../../src/engine/gateway.ts'
import type { PosternOptions } from '../../../src/engine/options.ts'
import { dkim } from '../../../src/filters/dkim.ts'
import { accept, discard, type Filter, points, postern, quarantine, reject } from '../../../src/index.ts'
import { selfSigned } from '../../../src/relay/tls/self-signed.ts'
import { dialog } from '../../../src/testing/dialog.ts'
import { zone } from '../../../src/testing/zone.ts'
import { recordOf, rsa } from '../../facts/dkim/signer.ts'
import { dotted, ended, isPlain } from '../../support/bytes.ts'
import { dialogs, gatewayFor } from '../../support/dialogs.ts'
import { mimeCases } from '../../support/mime-cases.ts'
import { isBefore } from '../../support/order.ts'
import { type Postfix, startPostfix } from '../../support/postfix.ts'
import { rawClient } from '../../support/raw-client.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { INSTALL_TIMEOUT } from '../../support/services.ts'
import { type Sink, sink } from '../../support/sink.ts'

let gateway: Gateway
let server: Server
let postfix: Postfix
let nextHop: Sink
let tls: Scratch

beforeAll(async () => {
  server = milter(() => gateway)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  nextHop = await sink()
  const { port } = server.address() as AddressInfo
  tls = await scratch()
  const { key, cert } = selfSigned('mx.example.net')
  const pem = join(tls.path, 'key-and-certificate.pem')
  await writeFile(pem, `${key}\n${cert}`)
  postfix = await startPostfix({
    nextHop: nextHop.port,
    settings: {
      smtpd_milters: `inet:127.0.0.1:${port}`,
      smtpd_tls_security_level: 'may',
      smtpd_tls_chain_files: pem,
      smtpd_upstream_proxy_protocol: 'haproxy',
      milter_default_action: 'tempfail',
      // Postfix cuts a header field at a NUL before any milter sees it, and takes other line ends for CRLF unless told
      // not to.
      smtpd_helo_required: 'yes',
      message_reject_characters: '\\0',
      smtpd_forbid_bare_newline: 'yes',
      // Whom mail is relayed for is left to postern here.
      smtpd_relay_restrictions: 'check_client_access static:OK, reject_unauth_destination',
    },
  })
}, INSTALL_TIMEOUT)

afterAll(async () => {
  await postfix?.[Symbol.asyncDispose]()
  await nextHop?.stop()
  await tls?.remove()
  server?.close()
})

/** Says the lines of a transaction, each after its reply; `.` ends the message. Gives all replies. */
async function send(lines: readonly (string | Buffer)[], ip = '192.0.2.1'): Promise<readonly string[]> {
  const client = rawClient(postfix.port)
  client.send(`PROXY TCP4 ${ip} 192.0.2.25 40000 25\r\n`)
  const replies = [await client.reply()]
  for (const line of lines) {
    // In one packet: in two, the second would wait for the first to be acknowledged.
    client.send(Buffer.concat([typeof line === 'string' ? Buffer.from(line) : line, Buffer.from('\r\n')]))
    replies.push(await client.reply())
  }
  client.destroy()
  return replies
}

const envelope = (...recipients: readonly string[]) => [
  'EHLO mx.example.org',
  'MAIL FROM:<alice@example.org>',
  ...recipients.map(recipient => `RCPT TO:<${recipient}>`),
  'DATA',
]

/** What the next hop got that was not there before. */
async function delivered(count = 1): Promise<readonly string[]> {
  const deadline = Date.now() + 20_000
  while (nextHop.messages.length - before < count && Date.now() < deadline) await sleep(20)
  return nextHop.messages.slice(before)
}

let before = 0
beforeEach(() => {
  before = nextHop.messages.length
})

/** What Postfix does by itself, before a milter could. */
const beyond: Readonly<Record<string, string>> = {
  'a-look-alike-of-end-of-data-is-refused.smtp': 'Postfix makes CRLF of every line end, so the look-alike is gone',
  'nul-in-the-header-is-refused.smtp': 'Postfix refuses a NUL in its own words, as configured above',
  'starttls-begins-anew.smtp': 'Postfix answers a second STARTTLS with its own code',
  'who-has-authenticated-may-relay.smtp': 'Postfix asks another server for passwords (Dovecot or Cyrus)',
}

describe.for(dialogs.filter(({ file }) => !(file in beyond)))('$file', ({ text }) => {
  test('is what Postfix says', async () => {
    gateway = await gatewayFor(text)
    const { transcript } = await dialog({ host: '127.0.0.1', port: postfix.port, proxy: true }, text)
    expect(transcript.filter(said => said.startsWith('C: '))).toHaveLength(text.match(/^C:/gm)?.length ?? 0)
    await gateway.close()
  })
})

/** Header sections that Postfix writes anew when it receives them, for milters as for the next hop. */
const rewritten = ['a line that is no field above the type', 'a blank before the colon']

const gatewayOf = (...filters: readonly Filter[]): Gateway =>
  postern({ name: 'mx.example.net', dns: zone({}), filters })

describe('a client is turned away at once', () => {
  test.for<readonly [stage: string, filter: Filter, last: string]>([
    ['CONNECT', { name: 'no', connect: () => reject('5.7.1', 'no', { close: true }) }, 'RCPT'],
    ['HELO', { name: 'no', helo: () => reject('5.7.1', 'no') }, 'RCPT'],
    ['MAIL', { name: 'no', mail: () => reject('5.7.1', 'no') }, 'RCPT'],
    ['RCPT', { name: 'no', rcpt: () => reject('5.7.1', 'no') }, 'RCPT'],
  ])('what is refused at %s never sends DATA', async ([, filter]) => {
    gateway = gatewayOf(filter)
    const replies = await send([...envelope('bob@example.net')])
    expect(replies.some(reply => /^55\d .*ref=/.test(reply))).toBe(true)
    expect(replies.at(-1)).toMatch(/^5/)
  })
})

describe('a message on its way', () => {
  const body = ['Héllo  with   blanks \t', '', '..', 'end', ''].join('\r\n')

  test('leaves signed as it came, folds, blanks and eight bits included, with our fields on top', async () => {
    const text = [
      'From: =?utf-8?q?Al?= <alice@example.org>',
      'Subject:no blank,',
      '\t a fold,   and blanks ',
      'X-Eight:  caf\xc3\xa9 ',
      'To: bob@example.net',
      'Date: Mon, 23 Nov 2026 10:00:00 +0000',
      'Message-ID: <1@example.org>',
      'Authentication-Results: mx.example.net; dkim=pass header.d=bank.example',
      'Content-Type: text/plain; charset=utf-8',
      '',
      body,
    ].join('\r\n')
    const raw = Buffer.from(text, 'latin1')
    const privateKey = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
    const how = {
      signingDomain: 'example.org',
      selector: 'rsa',
      privateKey,
      canonicalization: 'simple/simple' as const,
    }
    const { signatures } = await dkimSign(raw, {
      ...how,
      headerList: 'from:subject:x-eight:to:date',
      signatureData: [how],
    })
    gateway = postern({
      name: 'mx.example.net',
      dns: zone({ 'rsa._domainkey.example.org': { TXT: [recordOf(rsa.publicKey)] } }),
      filters: [dkim()],
    })
    const stuffed = Buffer.from((signatures + raw.toString('latin1')).replace(/\r\n\./g, '\r\n..'), 'latin1')
    const replies = await send([...envelope('bob@example.net'), Buffer.concat([stuffed, Buffer.from('.')])])
    expect(replies.at(-1)).toMatch(/^250 /)
    const [message = ''] = await delivered()
    expect(message).toMatch(/Authentication-Results: mx\.example\.net;[\s\S]*?dkim=pass/)
    expect(message).not.toContain('bank.example')
    expect(message).toContain('Subject:no blank,\r\n\t a fold,   and blanks \r\nX-Eight:  caf\xc3\xa9 \r\n')
    expect(message.endsWith(`\r\n\r\n${body}`)).toBe(true)
  })

  const plain = ['From: alice@example.org', 'To: bob@example.net', '', 'Hello', '.'].join('\r\n')

  test('goes to those who take it, and not to those who refuse it', async () => {
    gateway = gatewayOf({
      name: 'choosy',
      rcpt: ({ forwardPath }) => forwardPath.startsWith('carol') && points(20, 'carol takes nothing'),
      message: () => points(0, 'seen'),
    })
    const replies = await send([...envelope('bob@example.net', 'carol@example.net'), plain])
    expect(replies.slice(3, 5).map(reply => reply.slice(0, 3))).toEqual(['250', '550'])
    await delivered()
    expect(nextHop.received()).not.toContain('carol')
  })

  test('is dropped for a recipient who refuses it when it is whole', async () => {
    gateway = postern({
      name: 'mx.example.net',
      dns: zone({}),
      filters: [{ name: 'seen', message: () => points(1, 'seen') }],
      policy: (findings, at) => {
        const no = at.stage === 'message' && at.forwardPath === 'dora@example.net'
        const reply = no
          ? ({ code: 550, status: '5.7.1', text: 'no' } as const)
          : ({ code: 250, status: '2.0.0', text: 'fine' } as const)
        return { stage: at.stage, verdict: no ? 'reject' : 'accept', score: 0, findings, reply }
      },
    })
    const replies = await send([...envelope('bob@example.net', 'dora@example.net'), plain])
    expect(replies.at(-1)).toMatch(/^250 /)
    await delivered()
    expect(nextHop.received()).toContain('<bob@example.net>')
    expect(nextHop.received()).not.toContain('dora')
  })

  test('is held when it belongs in quarantine', async () => {
    gateway = gatewayOf({ name: 'odd', message: () => quarantine('it is odd') })
    expect((await send([...envelope('bob@example.net'), plain])).at(-1)).toMatch(/^250 /)
    expect((await postfix.queue()).map(({ queue }) => queue)).toEqual(['hold'])
    expect(await delivered(0)).toEqual([])
  })

  test('is taken and dropped when it is to be discarded', async () => {
    gateway = gatewayOf({ name: 'trap', message: () => discard('a trap') })
    expect((await send([...envelope('bob@example.net'), plain])).at(-1)).toMatch(/^250 /)
    await sleep(200)
    expect(await delivered(0)).toEqual([])
  })

  test('is refused while its body is still to come, in our words', async () => {
    gateway = gatewayOf({ name: 'header', header: () => reject('5.6.0', 'no') })
    const long = `From: a@example.org\r\n\r\n${'some more text in this line\r\n'.repeat(20_000)}.`
    expect((await send([...envelope('bob@example.net'), long])).at(-1)).toMatch(/^55\d 5\.6\.0 .*ref=/)
  })

  test.for<readonly [what: string, more: Partial<PosternOptions>, reply: RegExp]>([
    ['its spool', { folder: '/nowhere', limits: { memory: '1kb' } }, /^452 4\.3\.1 .*ref=/],
    [
      'a scanner',
      { filters: [{ name: 'away', failure: 'defer', message: () => Promise.reject(new Error('nobody is there')) }] },
      /^451 4\.\d\.\d .*ref=/,
    ],
  ])('is deferred, and goes on later, while %s cannot be had', async ([, more, reply]) => {
    const long = plain.replace('Hello', 'Hello, here is a line of the message\r\n'.repeat(500))
    gateway = postern({ name: 'mx.example.net', dns: zone({}), filters: [], ...more })
    expect((await send([...envelope('bob@example.net'), long])).at(-1)).toMatch(reply)
    gateway = gatewayOf()
    expect((await send([...envelope('bob@example.net'), long])).at(-1)).toMatch(/^250 /)
    expect(await delivered()).toHaveLength(1)
  })

  test('of one client after another leaves nothing behind: RSET, a second message, a refusal between', async () => {
    const seen: string[] = []
    gateway = gatewayOf({
      name: 'sees',
      message: async ({ reversePath, forwardPaths }) => {
        seen.push(`${reversePath} ${forwardPaths.join()}`)
        return reversePath.startsWith('mallory') ? reject('5.7.1', 'no') : accept('fine')
      },
    })
    const transaction = (from: string, to: string) => [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA', plain]
    const replies = await send([
      'EHLO mx.example.org',
      'MAIL FROM:<eve@example.org>',
      'RCPT TO:<erin@example.net>',
      'RSET',
      ...transaction('alice@example.org', 'bob@example.net'),
      ...transaction('mallory@example.org', 'bob@example.net'),
      ...transaction('', 'carol@example.net'),
    ])
    expect(replies.filter(reply => reply.startsWith('550'))).toHaveLength(1)
    expect(seen).toEqual([
      'alice@example.org bob@example.net',
      'mallory@example.org bob@example.net',
      ' carol@example.net',
    ])
    expect(await delivered(2)).toHaveLength(2)
  })

  test('M17 is judged as it was sent, byte for byte, whatever readers quarrel about in it', async () => {
    const seen: string[] = []
    gateway = gatewayOf({
      name: 'octets',
      message: async ({ open }) => {
        const bytes = await buffer(open())
        seen.push(hash('sha256', bytes.subarray(bytes.indexOf('X-Case: '))))
      },
    })
    const cases = mimeCases.filter(({ name, message }) => isPlain(message) && !rewritten.includes(name))
    expect(cases.length).toBeGreaterThan(40)
    const messages = cases.map(({ message }) => Buffer.concat([Buffer.from('X-Case: 1\r\n'), ended(message)]))
    const transaction = (message: Buffer) => [
      'MAIL FROM:<alice@example.org>',
      'RCPT TO:<bob@example.net>',
      'DATA',
      dotted(message),
    ]
    const replies = await send(['EHLO mx.example.org', ...messages.flatMap(transaction)])
    expect(replies.filter(reply => !/^[23]/.test(reply))).toEqual([])
    expect(seen).toEqual(messages.map(message => hash('sha256', message)))
  }, 60_000)

  test('is answered without a wait for TCP to acknowledge what was said before, which takes 40 ms', async () => {
    gateway = gatewayOf({ name: 'seen', message: () => points(0, 'seen') })
    const client = rawClient(postfix.port)
    client.send('PROXY TCP4 192.0.2.1 192.0.2.25 40000 25\r\n')
    await client.reply()
    let quick = 0
    for (let count = 0; count < 20; count += 1) {
      for (const line of envelope('bob@example.net').slice(count === 0 ? 0 : 1)) await client.say(line)
      const reply = client.say(plain)
      if (await isBefore(35, reply)) quick += 1
      expect(await reply).toMatch(/^250 /)
    }
    client.destroy()
    // Others may be slow for reasons of the machine.
    expect(quick).toBeGreaterThan(0)
  })

  test('is deferred while postern is away, as milter_default_action says', async () => {
    const { port } = server.address() as AddressInfo
    await new Promise(resolve => server.close(resolve))
    const replies = await send(envelope('bob@example.net'))
    expect(replies.some(reply => reply.startsWith('451 4.7.1 '))).toBe(true)
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  })
})
