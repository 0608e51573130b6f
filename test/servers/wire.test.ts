/** What one client may send, over raw sockets. */
import { connect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { earlyTalker } from '../../src/filters/early-talker.ts'
import { everyWay, type Setting, served, servers } from '../support/servers.ts'

const envelope = 'MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\n'

describe.for(everyWay)('%s', kind => {
  const serve = (setting?: Setting) => served(kind, setting)

  test('W05 a command line that ends in a bare LF is refused', async () => {
    await using host = await serve()
    const client = await host.greeted()
    client.send('MAIL FROM:<a@example.net>\nRCPT TO:<b@example.org>\n')
    await client.closed
    expect(client.received()).toMatch(/\r\n500 5\.5\.2 [^\r\n]*\r\n$/)
  })
})

describe.for(['protect', 'own server'] as const)('%s', kind => {
  const serve = (setting?: Setting) => served(kind, setting)

  test('W09 a client that speaks before the banner is refused once', async () => {
    await using host = await serve({ isPrompt: false })
    const client = host.client()
    client.send('EHLO client.example.net\r\nMAIL FROM:<a@example.net>\r\n')
    await client.closed
    expect(client.received()).toMatch(/^554 5\.5\.0 [^\r\n]*\r\n$/)
  })

  test('W09 filters learn of a client that speaks before the banner', async () => {
    await using host = await serve({ isPrompt: false, filters: [earlyTalker()] })
    const client = host.client()
    client.send('EHLO client.example.net\r\n')
    await client.closed
    expect(client.received()).toMatch(/^5\d\d 5\.5\.1 [^\r\n]*\r\n$/)
    await expect
      .poll(() => host.entries.flatMap(({ findings }) => findings))
      .toMatchObject([{ rule: 'early-talker', verdict: 'reject' }])
  })
})

const groups: readonly (readonly [what: string, sent: string])[] = [
  ['a message sent before 354', `${envelope}DATA\r\nSubject: x\r\n\r\nText\r\n.\r\n`],
  ['half a line sent before 354', `${envelope}DATA\r\nSubj`],
  ['commands behind EHLO', `EHLO again.example.net\r\n${envelope}`],
]
describe.for(servers)('%s', kind => {
  const serve = (setting?: Setting) => served(kind, setting)

  test('W08 what is pipelined behind STARTTLS is never obeyed', async () => {
    await using host = await serve()
    const client = await host.greeted()
    client.send(`STARTTLS\r\n${envelope}`)
    // Our own server ends the connection; smtp-server forgets what came too early.
    expect(await client.reply()).toMatch(kind === 'own server' ? /^554 5\.5\.0 / : /^220 /)
    const before = client.received()
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(client.received()).toBe(before)
    client.destroy()
    await expect.poll(() => host.entries.length).toBe(1)
    expect(host.entries[0]?.transactions).toEqual([])
  })

  test('W08 STARTTLS works once: a second one is refused, and what was said before is forgotten', async () => {
    await using host = await serve()
    const client = await host.greeted()
    await client.say('MAIL FROM:<a@example.net>')
    // Within a transaction smtp-server begins TLS and forgets the transaction.
    if (kind === 'own server') expect(await client.say('STARTTLS')).toMatch(/^503 /)
    if (kind === 'own server') await client.say('RSET')
    expect(await client.say('STARTTLS')).toMatch(/^220 /)
    client.socket.removeAllListeners('data')
    const secure = connect({ socket: client.socket, rejectUnauthorized: false })
    let received = ''
    secure.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1')
    })
    const say = async (line: string): Promise<string> => {
      const from = received.length
      secure.write(`${line}\r\n`)
      await expect.poll(() => /^\d{3} .*\r\n/m.test(received.slice(from))).toBe(true)
      return received.slice(from)
    }
    expect(await say('RCPT TO:<b@example.org>')).toMatch(/^503 /)
    expect(await say('EHLO client.example.net')).toMatch(/^250-/)
    expect(await say('STARTTLS')).toMatch(/^503 /)
    expect(await say('MAIL FROM:<c@example.net>')).toMatch(/^250 /)
    secure.destroy()
    await expect.poll(() => host.entries.length).toBe(1)
    expect(host.entries[0]?.tls).toMatchObject({ protocol: 'TLSv1.3' })
    expect(host.entries[0]?.transactions.map(({ reversePath }) => reversePath)).toEqual([
      'a@example.net',
      'c@example.net',
    ])
  })

  test('W08 STARTTLS with a parameter is a syntax error', async () => {
    await using host = await serve()
    const client = await host.greeted()
    expect(await client.say('STARTTLS now')).toMatch(/^501 /)
  })

  test.for(groups)('W10 %s ends the connection', async ([, sent]) => {
    await using host = await serve()
    const client = await host.greeted()
    client.send(sent)
    await client.closed
    expect(client.received()).toMatch(/\r\n554 5\.5\.0 [^\r\n]*\r\n$/)
    expect(client.received()).not.toContain('\r\n354 ')
    expect(host.delivered).toEqual([])
  })

  test('W10 a group that ends with DATA is what RFC 2920 allows, message after message', async () => {
    await using host = await serve()
    const client = await host.greeted()
    for (let count = 1; count <= 3; count += 1) {
      client.send(`${envelope}DATA\r\n`)
      expect([await client.reply(), await client.reply(), await client.reply()].map(line => line.slice(0, 3))).toEqual([
        '250',
        '250',
        '354',
      ])
      // The next group may come along with the end of this message.
      client.send('From: a@example.net\r\n\r\nText\r\n.\r\nNOOP\r\n')
      expect(await client.reply()).toMatch(/^250 2\.6\.0 /)
      expect(await client.reply()).toMatch(/^250 /)
      expect(host.delivered).toHaveLength(count)
    }
  })

  test('the replies to a group come as a unit, and a reply that ends a group comes at once', async () => {
    await using host = await serve()
    const client = await host.greeted()
    const pieces: string[] = []
    client.socket.on('data', (bytes: Buffer) => pieces.push(bytes.toString('latin1').replace(/ [^\r]*\r\n/g, ' ')))
    client.send(`RSET\r\n${envelope}DATA\r\n`)
    for (let replies = 0; replies < 4; replies += 1) await client.reply()
    client.send('From: a@example.net\r\n\r\nText\r\n.\r\n')
    await client.reply()
    // What follows is half a command: the reply to RSET does not wait for it.
    client.send('RSET\r\nMAIL')
    await client.reply()
    expect(pieces).toEqual(['250 250 250 354 ', '250 ', '250 '])
  })

  test('a group of more replies than one segment holds comes in several units, all of it', async () => {
    await using host = await serve()
    const client = await host.greeted()
    const names = Array.from({ length: 90 }, (_, index) => `RCPT TO:<recipient-${index}@example.org>\r\n`)
    client.send(`MAIL FROM:<a@example.net>\r\n${names.join('')}DATA\r\n`)
    for (let replies = 0; replies < 91; replies += 1) expect(await client.reply()).toMatch(/^250 /)
    expect(await client.reply()).toMatch(/^354 /)
  })

  test.for([
    ['2 KB', `NOOP ${'x'.repeat(2_100)}\r\n`],
    ['16 KB', `NOOP ${'x'.repeat(16_400)}\r\n`],
    ['no end', 'x'.repeat(100_000)],
  ] as const)('W12 a command line of %s is too long', async ([, sent]) => {
    await using host = await serve()
    const client = await host.greeted()
    client.send(sent)
    await client.closed
    expect(client.received()).toMatch(/\r\n500 5\.5\.2 [^\r\n]*\r\n$/)
  })

  test.for([
    ['MAIL FROM:<a@example.net> FOO=bar', /^555 5\.5\.4 /],
    ['MAIL FROM:<a@example.net> RET=FULL', /^555 5\.5\.4 /],
    ['MAIL FROM:<a@example.net> SIZE=1 SIZE=2', /^501 /],
    ['MAIL FROM:<a@example.net> BODY=BINARYMIME', /^501 /],
    ['MAIL FROM:<a@example.net> ENVID=a+0D+0ARCPT', /^501 /],
    ['MAIL FROM:<a@example.net> SIZE=-1', /^501 /],
    ['MAIL FROM:<a@example.net> SIZE=26214401', /^552 5\.3\.4 /],
  ] as const)('W13 %s is refused', async ([line, expected]) => {
    await using host = await serve()
    const client = await host.greeted()
    expect(await client.say(line)).toMatch(expected)
  })

  test('W13 a parameter of RCPT that was not offered is refused', async () => {
    await using host = await serve()
    const client = await host.greeted()
    await client.say('MAIL FROM:<a@example.net>')
    expect(await client.say('RCPT TO:<b@example.org> NOTIFY=NEVER')).toMatch(/^555 5\.5\.4 /)
  })

  test('W15 recipients beyond the limit are put off one by one, and the transaction goes on', async () => {
    await using host = await serve()
    const client = await host.greeted()
    await client.say('MAIL FROM:<a@example.net>')
    for (let count = 0; count < 130; count += 1)
      expect(await client.say(`RCPT TO:<b${count}@example.org>`)).toMatch(count < 100 ? /^250 / : /^452 4\.5\.3 /)
    expect(await client.say('DATA')).toMatch(/^354 /)
    expect(await client.say('From: a@example.net\r\n\r\nText\r\n.')).toMatch(/^250 /)
    expect(host.delivered[0]?.forwardPaths).toHaveLength(100)
  })

  test('W15 a flood of recipients is hung up on', async () => {
    await using host = await serve()
    const client = await host.greeted()
    client.send('MAIL FROM:<a@example.net>\r\n')
    for (let from = 0; from < 20_000; from += 500)
      client.send(Array.from({ length: 500 }, (_, count) => `RCPT TO:<b${from + count}@example.org>\r\n`).join(''))
    await client.closed
    expect(client.received()).toMatch(/\r\n421 4\.5\.3 [^\r\n]*\r\n$/)
  })

  test.for(['NOOP', 'RSET', 'VRFY a', 'HELP', 'MAIL FROM:<a@example.net>\r\nRSET'])(
    'W16 %s again and again is hung up on after a hundred',
    async command => {
      await using host = await serve()
      const client = await host.greeted()
      client.send(`${command}\r\n`.repeat(5_000))
      await client.closed
      expect(client.received()).toMatch(/\r\n421 4\.7\.0 [^\r\n]*\r\n$/)
      expect(client.received().split('\r\n').length).toBeLessThan(230)
    },
  )

  test('W16 EHLO again and again is hung up on after a hundred', async () => {
    await using host = await serve()
    const client = await host.greeted()
    let said = ''
    let count = 0
    for (; count < 200 && !said.startsWith('421'); count += 1) said = await client.say('EHLO client.example.net')
    expect(said).toMatch(/^421 4\.7\.0 /)
    expect(count).toBeLessThanOrEqual(102)
  })

  test('W16 ten errors are enough', async () => {
    await using host = await serve()
    const client = await host.greeted()
    client.send('MAIL FROM:nonsense\r\n'.repeat(500))
    await client.closed
    expect(client.received().match(/^501 /gm)).toHaveLength(10)
    expect(client.received()).toMatch(/\r\n421 4\.7\.0 [^\r\n]*\r\n$/)
  })
})
