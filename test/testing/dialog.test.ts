/** Playing dialogues: what a line means, and what a dialogue that goes wrong tells its reader. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { postern } from '../../src/engine/gateway.ts'
import type { Filter } from '../../src/model/filter.ts'
import { defer, points, reject } from '../../src/model/finding.ts'
import { bytesOf, matches } from '../../src/testing/dialog/script.ts'
import { dialog, readScript } from '../../src/testing/dialog.ts'

const gateway = (...filters: Filter[]) => postern({ filters, name: 'mx.example.net' })

/** A listening server that says what a test asks for, whatever it receives; `received` is what it received. */
async function parrot(replies: readonly string[]) {
  const received: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('data', (chunk: Buffer) => received.push(chunk))
    socket.on('error', () => undefined)
    for (const reply of replies) socket.write(reply)
    if (replies.at(-1) === '') socket.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address !== null ? address.port : 0,
    received: () => Buffer.concat(received).toString('latin1'),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

describe('an S: line', () => {
  test.for<[string, string, boolean]>([
    ['550', '550 5.7.1 Refused', true],
    ['550', '551 5.7.1 Refused', false],
    ['550 5.7.1', '550 5.7.1 Refused', true],
    ['550 5.7.1', '550 5.7.10 Refused', false],
    ['550 5.7.1 *', '550 5.7.1 Refused', true],
    ['550 Refused', '550 5.7.1 Refused', true],
    ['550 Refused', '550 5.7.1 Refused by policy', false],
    ['550 Ref* ref=*', '550 5.7.1 Refused by policy ref=A1', true],
    ['550 a*b*a', '550 aba', true],
    ['550 aba*aba', '550 aba', false],
    ['550 *b*b*', '550 abc', false],
    ['250 *', '250-SIZE', true],
    ['(closed)', '250 ok', false],
  ])('%s says of "%s": %s', ([expected, reply, fits]) => {
    expect(matches(expected, [reply])).toBe(fits)
  })

  test('(closed) is the end of the connection, and no other line is', () => {
    expect([matches('(closed)', undefined), matches('250', undefined)]).toEqual([true, false])
  })
})

test('in a C: line a byte is written as \\x and two digits, and all else stands for itself', () => {
  expect(bytesOf('a\\x00b\\xFF\\n\\xg0é')).toEqual(
    Buffer.concat([Buffer.from('a\0b'), Buffer.from([0xff]), Buffer.from('\\n\\xg0é')]),
  )
})

describe('a script', () => {
  test('has options above its dialogue, in any order, and comments anywhere', () => {
    const script = readScript(
      [
        '# a comment',
        'zone: a.example A 192.0.2.1',
        'zone: a.example A 192.0.2.2',
        'zone: a.example MX 10 mx.example',
        'zone: a.example TXT timeout',
        'zone: slow.example timeout',
        'ip: 2001:db8::1',
        'ref: ABC-1',
        'user: alice correct horse',
        '',
        'tls',
        'S: 220',
        '# another',
        'C:',
      ].join('\r\n'),
    )
    expect(script).toEqual({
      ip: '2001:db8::1',
      ref: 'ABC-1',
      tls: true,
      users: new Map([['alice', 'correct horse']]),
      zone: {
        'a.example': { A: ['192.0.2.1', '192.0.2.2'], MX: { priority: 10, exchange: 'mx.example' }, TXT: 'timeout' },
        'slow.example': 'timeout',
      },
      lines: [
        { number: 12, by: 'server', text: '220' },
        { number: 14, by: 'client', text: '' },
      ],
    })
  })

  test.for<[string, string]>([
    ['hello', 'line 1: expected ip:, ref:, user:, zone:, tls, C:, S: or #, found hello'],
    ['S: 220\nip: 192.0.2.1', 'line 2: expected C:, S: or #, found ip: 192.0.2.1'],
    ['user: alice', 'line 1: expected a user and a password, found alice'],
    ['zone: a.example SRV 1 2', 'line 1: expected a name, a type and a record, or a name and a failure'],
  ])('%s names its line and what would be right', ([text, message]) => {
    expect(() => readScript(text)).toThrow(message)
  })
})

describe('a dialogue', () => {
  test('that goes wrong shows the line, what was expected and found, and all that was said before', async () => {
    const refusing: Filter = { name: 'no', mail: () => reject('5.7.1', 'no') }
    const play = dialog(
      gateway(refusing),
      'ref: REF\nS: 220\nC: HELO a\nS: 250\nC: MAIL FROM:<>\nS: 250\nC: RCPT TO:<b@c>\nS: 250 2.1.5',
    )
    await expect(play).rejects.toThrow(
      [
        'line 8: expected',
        '    S: 250 2.1.5',
        'found',
        '    S: 550 5.7.1 Refused by policy ref=REF',
        'the dialogue so far:',
        '    S: 220 2.0.0 Ready ref=REF',
        '    C: HELO a',
        '    S: 250 2.0.0 Hello ref=REF',
        '    C: MAIL FROM:<>',
        '    S: 250 2.1.0 Sender accepted ref=REF',
        '    C: RCPT TO:<b@c>',
      ].join('\n'),
    )
  })

  test('must not leave a reply unheard', async () => {
    await expect(dialog(gateway(), 'S: 220\nC: NOOP')).rejects.toThrow('line 2: expected\n    nothing more')
  })

  test('asks the DNS of its own zone, and says what became of the message', async () => {
    const asking: Filter = {
      name: 'asking',
      connect: async ({ dns, ip }) => points(1, `${ip}: ${(await dns.resolve('a.example', 'A')).kind}`),
    }
    const { outcomes } = await dialog(
      gateway(asking),
      'ip: 192.0.2.9\nzone: a.example A 192.0.2.1\nS: 220\nC: EHLO a\nS: 250\nC: MAIL FROM:<> SMTPUTF8\nS: 250\n' +
        'C: RCPT TO:<b@c>\nS: 250\nC: DATA\nS: 354\nC: From: a@b\nC:\nC: ..dot\nC: .\nS: 250\nC: QUIT\nS: 221\nS: (closed)',
    )
    expect(outcomes.map(({ findings }) => findings)).toEqual([
      [{ rule: 'asking', reason: '192.0.2.9: answer', points: 1 }],
    ])
  })

  test('ends where the gateway hangs up', async () => {
    const busy: Filter = { name: 'busy', connect: () => defer('4.3.2', 'busy', { close: true }) }
    await dialog(gateway(busy), 'S: 421 4.3.2 Too busy*\nC: HELO a\nS: (closed)')
  })

  test('over a socket sends what is written, after the line that names the client', async () => {
    await using server = await parrot(['220 hi\r\n250-one\r\n250 t', 'wo\r\n', ''])
    const { transcript, outcomes } = await dialog(
      { ...server, proxy: true },
      'ip: 2001:db8::7\nS: 220\nC: EHLO a\\x00b\nS: 250-one\nS: 250 two\nS: (closed)',
    )
    expect(server.received()).toBe('PROXY TCP6 2001:db8::7 2001:db8::25 40000 25\r\nEHLO a\0b\r\n')
    expect(transcript).toEqual(['S: 220 hi', 'C: EHLO a\\x00b', 'S: 250-one', 'S: 250 two', 'S: (closed)'])
    expect(outcomes).toEqual([])
  })

  test('over a socket does not wait for ever', async () => {
    await using server = await parrot(['220 hi\r\n'])
    await expect(dialog({ ...server, timeout: 50 }, 'S: 220\nC: NOOP\nS: 250')).rejects.toThrow(
      'found\n    S: (no reply within 50 ms)',
    )
  })
})

describe('AUTH', () => {
  const sasl = (...words: readonly string[]) => Buffer.from(words.join('\0')).toString('base64')
  const script = (...lines: readonly string[]) =>
    ['user: alice secret', 'tls', 'S: 220', 'C: EHLO a.example', 'S: 250', ...lines, 'C: QUIT', 'S: 221'].join('\n')

  test.for<[string, readonly string[]]>([
    ['PLAIN with its response', [`C: AUTH PLAIN ${sasl('', 'alice', 'secret')}`, 'S: 235 2.7.0']],
    ['PLAIN when it is asked for', ['C: AUTH PLAIN', 'S: 334', `C: ${sasl('', 'alice', 'secret')}`, 'S: 235 2.7.0']],
    ['LOGIN', ['C: auth login', 'S: 334', `C: ${sasl('alice')}`, 'S: 334', `C: ${sasl('secret')}`, 'S: 235 2.7.0']],
    ['LOGIN with a name', [`C: AUTH LOGIN ${sasl('alice')}`, 'S: 334', `C: ${sasl('no')}`, 'S: 535 5.7.8']],
    ['a wrong password', [`C: AUTH PLAIN ${sasl('', 'alice', '')}`, 'S: 535 5.7.8']],
    ['nonsense', ['C: AUTH PLAIN =', 'S: 535 5.7.8']],
    ['a change of mind', ['C: AUTH LOGIN', 'S: 334', 'C: *', 'S: 501 5.7.0', 'C: NOOP', 'S: 250']],
    ['an unknown mechanism', ['C: AUTH XOAUTH9', 'S: 504 5.5.4']],
  ])('%s', async ([, lines]) => {
    await dialog(gateway(), script(...lines))
  })

  test('tells filters who it is, until the connection ends', async () => {
    const users: (string | undefined)[] = []
    const listening: Filter = { name: 'listening', mail: ({ user }) => void users.push(user) }
    const mail = ['C: MAIL FROM:<a@a.example>', 'S: 250', 'C: RSET', 'S: 250']
    await dialog(
      gateway(listening),
      script(...mail, `C: AUTH PLAIN ${sasl('', 'alice', 'secret')}`, 'S: 235', ...mail, ...mail),
    )
    expect(users).toEqual([undefined, 'alice', 'alice'])
  })

  test('is not offered where no user exists, nor before TLS', async () => {
    const one = (options: string, reply: string) =>
      dialog(gateway(), `${options}S: 220\nC: EHLO a.example\nS: 250\nC: AUTH LOGIN\nS: ${reply}\nC: QUIT\nS: 221`)
    await one('', '502')
    await one('user: alice secret\n', '538')
  })
})
