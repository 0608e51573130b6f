/** Postern inside of a real Haraka: every dialogue, and what becomes of messages on their way to the next hop. */
import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { selfSigned } from '../../../src/relay/tls/self-signed.ts'
import { dialog } from '../../../src/testing/dialog.ts'
import { recordOf, rsa } from '../../facts/dkim/signer.ts'
import { dotted, ended, isPlain } from '../../support/bytes.ts'
import { dialogs } from '../../support/dialogs.ts'
import { type Haraka, pluginOf, startHaraka } from '../../support/haraka.ts'
import { mimeCases } from '../../support/mime-cases.ts'
import { rawClient } from '../../support/raw-client.ts'
import { INSTALL_TIMEOUT, need } from '../../support/services.ts'
import { type Sink, sink } from '../../support/sink.ts'

/** Another plugin, which looks at what ours has left for it. */
const shows = [
  'exports.hook_queue = (next, { results, transaction }) => {',
  "  const found = [results, transaction.results].map(store => store.get('postern'))",
  "  transaction.add_header('X-Shows', JSON.stringify([transaction.notes.quarantine ?? false, ...found]))",
  '  next()',
  '}',
].join('\n')

let haraka: Haraka
let nextHop: Sink

beforeAll(async () => {
  nextHop = await sink()
  const { key, cert } = selfSigned('mx.example.net')
  haraka = await startHaraka({
    nextHop: nextHop.port,
    plugin: pluginOf(new URL('./gateways.ts', import.meta.url)),
    plugins: ['tls', 'auth/flat_file', 'postern', 'shows', 'queue/smtp_forward'],
    files: { 'plugins/shows.js': shows },
    config: {
      'tls_key.pem': key,
      'tls_cert.pem': cert,
      'auth_flat_file.ini':
        '[core]\nmethods=PLAIN,LOGIN\nconstrain_sender=false\n[users]\nbob@example.net=correct horse\n',
    },
  })
}, INSTALL_TIMEOUT)

afterAll(async () => {
  await haraka?.[Symbol.asyncDispose]()
  await nextHop?.stop()
})

let before = 0
beforeEach(() => {
  before = nextHop.messages.length
})

/** What Haraka does by itself, before a plugin could. */
const beyond: Readonly<Record<string, string>> = {
  'a-look-alike-of-end-of-data-is-refused.smtp': 'Haraka refuses every bare LF in its own words, and hangs up',
  'commands-out-of-order-are-not-obeyed.smtp': 'Haraka takes MAIL within a transaction for the beginning of another',
  'starttls-begins-anew.smtp': 'Haraka passes over what stands behind STARTTLS, and begins TLS twice',
  'who-has-authenticated-may-relay.smtp': 'Haraka lets private addresses authenticate without TLS',
}

describe.for(dialogs.filter(({ file }) => !(file in beyond)))('$file', ({ text }) => {
  test('is what Haraka says', async () => {
    await haraka.tell({ use: 'dialog', details: text })
    const { transcript } = await dialog({ host: '127.0.0.1', port: haraka.port, proxy: true }, text)
    expect(transcript.filter(said => said.startsWith('C: '))).toHaveLength(text.match(/^C:/gm)?.length ?? 0)
  })
})

test('what comes behind STARTTLS is judged anew, as the dialogue has it', async () => {
  const [{ text = '' } = {}] = dialogs.filter(({ file }) => file === 'starttls-begins-anew.smtp')
  const played = text.replace('C: STARTTLS now\nS: 501 *\n', '').replace('C: STARTTLS\nS: 503 *\n', '')
  expect(played.length).toBe(text.length - 46)
  await haraka.tell({ use: 'dialog', details: played })
  await dialog({ host: '127.0.0.1', port: haraka.port, proxy: true }, played)
  expect((await delivered())[0]).toMatch(/^Authentication-Results: mx\.example\.net;[\s\S]*spf=pass/)
})

/** Says the lines of a session, each after its reply. Gives all replies. */
async function send(lines: readonly (string | Buffer)[], ip = '192.0.2.1'): Promise<readonly string[]> {
  const client = rawClient(haraka.port)
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
const plain = ['From: alice@example.org', 'To: bob@example.net', '', 'Hello', '..', 'End', '.'].join('\r\n')

/** What the next hop got that was not there before. */
async function delivered(count = 1): Promise<readonly string[]> {
  const deadline = Date.now() + 20_000
  while (nextHop.messages.length - before < count && Date.now() < deadline) await sleep(20)
  return nextHop.messages.slice(before)
}

describe('a message on its way through Haraka', () => {
  test('leaves signed as it came, folds, blanks and eight bits included, with our fields on top', async () => {
    const body = ['Héllo  with   blanks \t', '', '..', 'end', ''].join('\r\n')
    const text = [
      'From: =?utf-8?q?Al?= <alice@example.org>',
      'Subject:no blank,',
      '\t a fold,   and blanks ',
      'X-Eight:  caf\xc3\xa9 ',
      'To: bob@example.net',
      'Date: Mon, 23 Nov 2026 10:00:00 +0000',
      'Message-ID: <1@example.org>',
      'X-Spam-Status: No, score=-99 tests=none',
      'X-Other: kept',
      'X-Spam-Status: No, score=-98 tests=none',
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
    const headerList = 'from:subject:x-eight:to:date'
    const { signatures } = await dkimSign(raw, { ...how, headerList, signatureData: [how] })
    await haraka.tell({ use: 'dkim', details: recordOf(rsa.publicKey) })
    const stuffed = Buffer.from((signatures + raw.toString('latin1')).replace(/\r\n\./g, '\r\n..'), 'latin1')
    const replies = await send([...envelope('bob@example.net'), Buffer.concat([stuffed, Buffer.from('.')])])
    expect(replies.at(-1)).toMatch(/^250 /)
    const [message = ''] = await delivered()
    expect(message).toMatch(/^Authentication-Results: mx\.example\.net;[\s\S]*?dkim=pass/)
    expect(message.match(/^X-Spam-Status: .*/gm)).toEqual([expect.stringMatching(/ref=/)])
    expect(message).toContain('X-Other: kept\r\n')
    expect(message).toContain('Subject:no blank,\r\n\t a fold,   and blanks \r\nX-Eight:  caf\xc3\xa9 \r\n')
    expect(message.endsWith(`\r\n\r\n${body}`)).toBe(true)
  })

  test(
    'comes from swaks, too',
    async () => {
      const swaks = await need('swaks', ['swaks'])
      await haraka.tell({ use: 'open' })
      const proxied = ['--proxy-version', '1', '--proxy-family', 'TCP4', '--proxy-source', '192.0.2.1']
      const ports = ['--proxy-source-port', '40000', '--proxy-dest', '192.0.2.25', '--proxy-dest-port', '25']
      const mail = ['--from', 'alice@example.org', '--to', 'bob@example.net', '--helo', 'mx.example.org']
      const child = spawn(swaks, ['--server', `127.0.0.1:${haraka.port}`, ...proxied, ...ports, ...mail])
      child.stdout.resume()
      expect(await once(child, 'close')).toEqual([0, null])
      expect((await delivered())[0]).toMatch(/^X-Spam-Status: No, score=1\.0\s+tests=seen ref=/)
    },
    INSTALL_TIMEOUT,
  )

  test('goes to those who take it, and not to those who refuse it', async () => {
    await haraka.tell({ use: 'choosy' })
    const replies = await send([...envelope('bob@example.net', 'carol@example.net'), plain])
    expect(replies.slice(3, 5)).toEqual([expect.stringMatching(/^250 /), expect.stringMatching(/^550 5\.7\.1 .* ref=/)])
    expect((await delivered())[0]).toMatch(/\r\n\r\nHello\r\n\.\r\nEnd\r\n$/)
    expect(nextHop.received()).not.toContain('carol')
  })

  test('is dropped for a recipient who refuses it when it is whole', async () => {
    await haraka.tell({ use: 'dora' })
    const replies = await send([...envelope('bob@example.net', 'dora@example.net'), plain])
    expect(replies.at(-1)).toMatch(/^250 /)
    await delivered()
    expect(nextHop.received()).toContain('<bob@example.net>')
    expect(nextHop.received()).not.toContain('dora')
  })

  test('is marked when it belongs in quarantine', async () => {
    await haraka.tell({ use: 'odd' })
    expect((await send([...envelope('bob@example.net'), plain])).at(-1)).toMatch(/^250 /)
    const [message = ''] = await delivered()
    expect(message).toMatch(/^X-Spam-Flag: YES\r\n/)
    const [isMarked, , found] = JSON.parse(/^X-Shows: (.*)\r$/m.exec(message)?.[1] ?? '')
    expect(isMarked).toBe(true)
    expect(found).toMatchObject({
      verdict: 'quarantine',
      score: 0,
      rules: ['odd'],
      msg: ['odd: it is odd'],
      pass: ['mail', 'rcpt', 'message'],
      fail: [],
    })
  })

  test('is taken and dropped when it is to be discarded', async () => {
    await haraka.tell({ use: 'trap' })
    expect((await send([...envelope('bob@example.net'), plain])).at(-1)).toMatch(/^250 .*ref=/)
    await sleep(200)
    expect(await delivered(0)).toEqual([])
  })

  test('is refused in our words, whatever of its body was looked at', async () => {
    await haraka.tell({ use: 'early' })
    const long = `From: a@example.org\r\n\r\n${'some more text in this line\r\n'.repeat(20_000)}.`
    expect((await send([...envelope('bob@example.net'), long])).at(-1)).toMatch(/^550 5\.6\.0 .*ref=/)
  })

  test.for([
    ['full', /^452 4\.3\.1 .*ref=/],
    ['away', /^451 4\.\d\.\d .*ref=/],
  ] as const)('is deferred, and goes on later, while what is needed for it is %s', async ([use, reply]) => {
    const long = plain.replace('Hello', 'Hello, here is a line of the message\r\n'.repeat(500))
    await haraka.tell({ use })
    expect((await send([...envelope('bob@example.net'), long])).at(-1)).toMatch(reply)
    await haraka.tell({ use: 'open' })
    expect((await send([...envelope('bob@example.net'), long])).at(-1)).toMatch(/^250 /)
    expect(await delivered()).toHaveLength(1)
  })

  test('of one sender after another leaves nothing behind: RSET, a refusal, a user who has authenticated', async () => {
    await haraka.tell({ use: 'sees' })
    const transaction = (from: string, to: string) => [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA', plain]
    const plainAuth = Buffer.from('\0bob@example.net\0correct horse').toString('base64')
    const replies = await send(
      [
        'EHLO mx.example.org',
        'MAIL FROM:<eve@example.org>',
        'RCPT TO:<erin@example.net>',
        'RSET',
        ...transaction('alice@example.org', 'bob@example.net'),
        ...transaction('mallory@example.org', 'bob@example.net'),
        ...transaction('', 'carol@example.net'),
        `AUTH PLAIN ${plainAuth}`,
        ...transaction('bob@example.net', 'dave@example.net'),
      ],
      '127.0.0.2',
    )
    expect(replies.filter(reply => reply.startsWith('5'))).toEqual([expect.stringMatching(/^550 5\.7\.1 /)])
    const { seen } = (await haraka.tell({})) as { readonly seen: readonly string[] }
    expect(seen).toEqual([
      'alice@example.org bob@example.net ',
      'mallory@example.org bob@example.net ',
      ' carol@example.net ',
      'bob@example.net dave@example.net bob@example.net',
    ])
    const messages = await delivered(3)
    expect(messages).toHaveLength(3)
    // Haraka writes its own Authentication-Results for AUTH; we have nothing to add for a user.
    expect(messages[2]).toMatch(/^X-Spam-Status: No,[\s\S]*Authentication-Results: mx.example.net;\s+auth=pass/)
  })
})

test('M17 every byte of the messages that readers quarrel about is judged as it was sent', async () => {
  await haraka.tell({ use: 'bytes' })
  const cases = mimeCases.filter(({ message }) => isPlain(message))
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
  const { seen } = (await haraka.tell({})) as { readonly seen: readonly string[] }
  expect(seen).toEqual(messages.map(message => hash('sha256', message)))
}, 60_000)

describe('a client of Haraka', () => {
  test('is hung up on at once when it is to be', async () => {
    await haraka.tell({ use: 'client' })
    expect(await send(['EHLO mx.example.org'])).toEqual([expect.stringMatching(/^554 5\.7\.1 .*ref=/), 'closed'])
  })

  test('receives "not now" when the plugin itself fails, and Haraka goes on', async () => {
    await haraka.tell({ use: 'throws' })
    expect((await send([]))[0]).toBe('451 4.3.0 Temporary local error, try again later')
    await haraka.tell({ use: 'open' })
    expect((await send([...envelope('bob@example.net'), plain])).at(-1)).toMatch(/^250 /)
  })

  test('leaves no session behind, wherever it goes away', async () => {
    await haraka.tell({ use: 'slow' })
    for (let said = 0; said <= 4; said += 1) await send(envelope('bob@example.net').slice(0, said))
    const client = rawClient(haraka.port)
    client.send(`PROXY TCP4 192.0.2.1 192.0.2.25 40000 25\r\n`)
    for (const line of envelope('bob@example.net')) {
      await client.reply()
      client.send(`${line}\r\n`)
    }
    await client.reply()
    client.send(`${plain}\r\n`)
    await sleep(100)
    client.destroy()
    const deadline = Date.now() + 20_000
    let ended = 0
    while (ended < 6 && Date.now() < deadline) {
      ended = ((await haraka.tell({})) as { readonly ended: number }).ended
      await sleep(50)
    }
    expect(ended).toBe(6)
  })
})

test('what plugins before ours have answered is made up for: each message is judged with its sender', {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  const first = [
    'exports.hook_connect = next => next(OK)',
    'exports.hook_ehlo = next => next(OK)',
    'exports.hook_mail = next => next(OK)',
    "exports.hook_rcpt = (next, connection, [to]) => (to.user === 'bob' ? next() : next(OK))",
  ].join('\n')
  await using second = await startHaraka({
    nextHop: nextHop.port,
    plugin: pluginOf(new URL('./gateways.ts', import.meta.url)),
    plugins: ['first', 'postern', 'queue/smtp_forward'],
    files: { 'plugins/first.js': first },
  })
  const say = async (use: string, ...recipients: readonly string[]) => {
    await second.tell({ use })
    const client = rawClient(second.port)
    client.send('PROXY TCP4 192.0.2.1 192.0.2.25 40000 25\r\n')
    await client.reply()
    for (const line of envelope(...recipients)) await client.say(line)
    const reply = await client.say(plain)
    client.destroy()
    return reply
  }
  expect(await say('sees', 'carol@example.net')).toMatch(/^250 /)
  expect(await second.tell({})).toMatchObject({ seen: ['alice@example.org carol@example.net '] })
  const received = nextHop.received().length
  expect(await say('choosy', 'carol@example.net')).toMatch(/^550 5\.7\.1 .*ref=/)
  expect(await say('choosy', 'bob@example.net', 'carol@example.net')).toMatch(/^250 /)
  expect(nextHop.received().slice(received)).toContain('bob@example.net')
  expect(nextHop.received().slice(received)).not.toContain('carol@example.net')
})
