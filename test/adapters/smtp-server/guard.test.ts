/** The verbs of a session, spoken by smtp-server. */
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { Filter } from '../../../src/model/filter.ts'
import { defer, discard, quarantine, reject } from '../../../src/model/finding.ts'
import { thresholds } from '../../../src/policy/thresholds.ts'
import { guardedServer } from '../../support/guarded-server.ts'
import { scratch } from '../../support/scratch.ts'

const message = 'From: a@example.net\r\nTo: b@example.org\r\nSubject: hello\r\n\r\nText.\r\n'

const atOnce = { policy: thresholds({ rejectAt: 'connect' }) }

test('a message is delivered with its trace fields on top', async () => {
  await using host = await guardedServer()
  const client = await host.greeted()
  expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
  expect(await client.say('RCPT TO:<b@example.org>')).toMatch(/^250 /)
  expect(await client.say('DATA')).toMatch(/^354 /)
  expect(await client.say(`${message}.`)).toMatch(/^250 2\.6\.0 Message accepted ref=\w+$/)
  expect(await client.say('QUIT')).toMatch(/^221 /)
  await client.closed
  const [found] = host.delivered
  expect(found?.message).toMatch(/^X-Spam-Status: No, /)
  expect(found?.message.endsWith(message)).toBe(true)
  expect(found?.postern).toMatchObject({ quarantine: false, decision: { verdict: 'accept' } })
  expect(found?.forwardPaths).toEqual(['b@example.org'])
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.entries[0]).toMatchObject({
    helo: 'client.example.net',
    transactions: [{ reversePath: 'a@example.net' }],
  })
})

const refusals: readonly (readonly [stage: keyof Filter, filter: Filter, said: readonly RegExp[]])[] = [
  ['connect', { name: 'rule', connect: () => reject('5.7.1', 'no') }, [/^554 5\.7\.1 /]],
  ['helo', { name: 'rule', helo: () => reject('5.7.1', 'no') }, [/^220 /, /^250 /, /^550 5\.7\.1 /]],
  ['mail', { name: 'rule', mail: () => defer('4.7.1', 'later') }, [/^220 /, /^250 /, /^451 4\.7\.1 /]],
  ['rcpt', { name: 'rule', rcpt: () => reject('5.1.1', 'no') }, [/^220 /, /^250 /, /^250 /, /^550 5\.1\.1 /]],
  [
    'message',
    { name: 'rule', message: () => reject('5.7.1', 'no') },
    [/^220 /, /^250 /, /^250 /, /^250 /, /^354 /, /^550 5\.7\.1 [^\r\n]* ref=/],
  ],
]

test.for(refusals)('a refusal at %s is sent there, with its status', async ([, filter, said]) => {
  await using host = await guardedServer({ filters: [filter], gateway: atOnce })
  const client = host.client()
  const lines = [
    'EHLO client.example.net',
    'MAIL FROM:<a@example.net>',
    'RCPT TO:<b@example.org>',
    'DATA',
    `${message}.`,
  ]
  const received = [await client.reply()]
  for (const line of lines.slice(0, said.length - 1)) received.push(await client.say(line))
  for (const [index, expected] of said.entries()) expect(received[index]).toMatch(expected)
  expect(host.delivered).toEqual([])
})

test('a message for quarantine is delivered and marked', async () => {
  await using host = await guardedServer({ filters: [{ name: 'rule', message: () => quarantine('odd') }] })
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  await client.say('RCPT TO:<b@example.org>')
  await client.say('DATA')
  expect(await client.say(`${message}.`)).toMatch(/^250 /)
  expect(host.delivered[0]?.postern).toMatchObject({ quarantine: true, decision: { verdict: 'quarantine' } })
})

test('a message that is discarded at its header is read to its end, answered 250, and delivered to no recipient', async () => {
  await using host = await guardedServer({ filters: [{ name: 'rule', header: () => discard('junk') }] })
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  await client.say('RCPT TO:<b@example.org>')
  await client.say('DATA')
  client.send(message)
  for (let count = 0; count < 5; count += 1) client.send('A line that nobody reads.\r\n'.repeat(10_000))
  expect(await client.say('.')).toMatch(/^250 2\.6\.0 /)
  expect(await client.say('NOOP')).toMatch(/^250 /)
  expect(host.delivered).toEqual([])
})

test('a recipient that the host refuses itself is no part of the transaction', async () => {
  await using host = await guardedServer({
    options: {
      onRcptTo: ({ address }, _session, done) => done(address.startsWith('full') ? new Error('5.2.2 Full') : null),
    },
  })
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  expect(await client.say('RCPT TO:<full@example.org>')).toMatch(/^550 5\.2\.2 Full ref=\w+$/)
  await client.say('RCPT TO:<b@example.org>')
  await client.say('DATA')
  expect(await client.say(`${message}.`)).toMatch(/^250 /)
  expect([...(host.delivered[0]?.postern.outcome?.each.keys() ?? [])]).toEqual(['b@example.org'])
  client.destroy()
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.entries[0]?.transactions).toMatchObject([{ forwardPaths: ['b@example.org'] }])
})

test('a recipient named again, and refused only then, stays for postern what it is for the host', async () => {
  let asked = 0
  await using host = await guardedServer({
    options: {
      onRcptTo: (_address, _session, done) => {
        asked += 1
        done(asked > 1 ? new Error('5.7.1 Once is enough') : null)
      },
    },
  })
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  expect(await client.say('RCPT TO:<b@example.org>')).toMatch(/^250 /)
  expect(await client.say('RCPT TO:<b@example.org>')).toMatch(/^550 /)
  await client.say('DATA')
  expect(await client.say(`${message}.`)).toMatch(/^250 /)
  expect(host.delivered[0]?.forwardPaths).toEqual(['b@example.org'])
  expect([...(host.delivered[0]?.postern.outcome?.each.keys() ?? [])]).toEqual(['b@example.org'])
})

test('a message stays whole for the host until it has called back, though the client has left', async () => {
  const begun = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  let delivered: string | Error | undefined
  const large = `${message}${'A line that fills the spool file beyond what is kept in memory.\r\n'.repeat(2_000)}`
  await using folder = await scratch()
  await using host = await guardedServer({
    gateway: { folder: folder.path, limits: { memory: '1kb' } },
    options: {
      onData: (content, _session, done) => {
        begun.resolve()
        goOn.promise
          .then(() => text(content))
          .then(
            whole => {
              delivered = whole
              done()
            },
            (error: Error) => {
              delivered = error
              done(error)
            },
          )
      },
    },
  })
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  await client.say('RCPT TO:<b@example.org>')
  await client.say('DATA')
  client.send(`${large}.\r\n`)
  await begun.promise
  client.socket.resetAndDestroy()
  await expect.poll(() => host.server.connections.size).toBe(0)
  // A moment in which whatever would end with the connection has ended.
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(host.entries).toEqual([])
  goOn.resolve()
  await expect.poll(() => host.entries.length).toBe(1)
  expect(String(delivered).endsWith(large.slice(-200))).toBe(true)
  expect(String(delivered).length).toBeGreaterThan(large.length)
})

test('a client that resets its connection before smtp-server listens to it ends nothing but its own session', async () => {
  await using host = await guardedServer()
  await (await host.greeted()).say('QUIT')
  host.server.server.once('connection', socket => socket.destroy(new Error('read ECONNRESET')))
  await host.client().closed
  expect(await (await host.greeted()).say('NOOP')).toMatch(/^250 /)
})

test('W11 BDAT is refused and its payload never obeyed', async () => {
  await using host = await guardedServer()
  const client = await host.greeted()
  client.send(
    `MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\nBDAT 30 LAST\r\nMAIL FROM:<evil@example.net>\r\n`,
  )
  await client.closed
  expect(client.received()).toMatch(/\r\n502 5\.5\.1 [^\r\n]*\r\n$/)
  expect(client.received()).not.toContain('CHUNKING')
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.entries[0]?.transactions).toMatchObject([{ reversePath: 'a@example.net' }])
})

test('W21 to believe everybody is a mistake of configuration', async () => {
  await expect(guardedServer({ options: { useProxy: true } })).rejects.toThrow(/useProxy: found true/)
  await expect(guardedServer({ options: { useXClient: ['*'] } })).rejects.toThrow(/useXClient: found an array/)
})

test('an A-label is judged as the client wrote it, not as the U-label that smtp-server makes of it', async () => {
  await using host = await guardedServer()
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@xn--bcher-kva.example>')
  client.destroy()
  await expect.poll(() => host.entries[0]?.transactions[0]?.reversePath).toBe('a@xn--bcher-kva.example')
})
