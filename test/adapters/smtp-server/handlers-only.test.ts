/** smtp-server from 3.13 on, of which postern uses the public handlers alone. */
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { type GuardOptions, guard, protect } from '../../../src/adapters/smtp-server/index.ts'
import type { Filter } from '../../../src/model/filter.ts'
import { reject } from '../../../src/model/finding.ts'
import type { Notice } from '../../../src/model/services.ts'
import { thresholds } from '../../../src/policy/thresholds.ts'
import { guardedServer, type Setting, withoutMembers } from '../../support/guarded-server.ts'

const message = 'From: a@example.net\r\nTo: b@example.org\r\nSubject: hello\r\n\r\nText.\r\n'
const server = withoutMembers('_createParser', '_onCommand')

function olderServer({ gateway, ...setting }: Setting = {}) {
  const notices: Notice[] = []
  const made = guardedServer({ ...setting, server, gateway: { notify: notice => notices.push(notice), ...gateway } })
  return { made, notices }
}

test.for(['guard', 'protect'] as const)(
  '%s delivers a message with its trace fields on top, and says once what is missing',
  async by => {
    const { made, notices } = olderServer({ by })
    await using host = await made
    for (let round = 0; round < 2; round += 1) {
      const client = await host.greeted()
      expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
      expect(await client.say('RCPT TO:<b@example.org>')).toMatch(/^250 /)
      expect(await client.say('DATA')).toMatch(/^354 /)
      expect(await client.say(`${message}.`)).toMatch(/^250 2\.6\.0 Message accepted ref=\w+$/)
      expect(await client.say('QUIT')).toMatch(/^221 /)
      await client.closed
    }
    expect(host.delivered[0]?.message).toMatch(/^X-Spam-Status: No, /)
    expect(host.delivered[0]?.postern).toMatchObject({ quarantine: false, decision: { verdict: 'accept' } })
    await expect.poll(() => host.entries.length).toBe(2)
    expect(host.entries[0]).toMatchObject({ ip: '127.0.0.1', helo: 'client.example.net' })
    expect(notices.filter(({ code }) => code === 'smtp-server/handlers-only')).toEqual([
      {
        code: 'smtp-server/handlers-only',
        level: 'warning',
        reason: expect.stringMatching(/ has no \w/),
      },
    ])
  },
)

const refusals: readonly (readonly [stage: keyof Filter, filter: Filter, replies: readonly RegExp[]])[] = [
  ['connect', { name: 'rule', connect: () => reject('5.7.1', 'no') }, [/^554 5\.7\.1 /]],
  ['helo', { name: 'rule', helo: () => reject('5.7.1', 'no') }, [/^220 /, /^250 /, /^550 5\.7\.1 /]],
  ['mail', { name: 'rule', mail: () => reject('5.7.1', 'no') }, [/^220 /, /^250 /, /^550 5\.7\.1 /]],
  ['rcpt', { name: 'rule', rcpt: () => reject('5.1.1', 'no') }, [/^220 /, /^250 /, /^250 /, /^550 5\.1\.1 /]],
  [
    'message',
    { name: 'rule', message: () => reject('5.7.1', 'no') },
    [/^220 /, /^250 /, /^250 /, /^250 /, /^354 /, /^550 5\.7\.1 /],
  ],
]

test.for(refusals)('a refusal at %s is sent there, with its status', async ([, filter, replies]) => {
  const { made } = olderServer({ filters: [filter], gateway: { policy: thresholds({ rejectAt: 'connect' }) } })
  await using host = await made
  const client = host.client()
  const lines = [
    'EHLO client.example.net',
    'MAIL FROM:<a@example.net>',
    'RCPT TO:<b@example.org>',
    'DATA',
    `${message}.`,
  ]
  const found = [await client.reply()]
  for (const line of lines.slice(0, replies.length - 1)) found.push(await client.say(line))
  for (const [index, expected] of replies.entries()) expect(found[index]).toMatch(expected)
  expect(host.delivered).toEqual([])
})

test('RSET and a new greeting end the transaction before them', async () => {
  const { made } = olderServer()
  await using host = await made
  const client = await host.greeted()
  await client.say('MAIL FROM:<old@example.net>')
  await client.say('RCPT TO:<old@example.org>')
  await client.say('RSET')
  await client.say('EHLO second.example.net')
  await client.say('MAIL FROM:<new@example.net>')
  await client.say('RCPT TO:<new@example.org>')
  await client.say('DATA')
  expect(await client.say(`${message}.`)).toMatch(/^250 /)
  expect([...(host.delivered[0]?.postern.outcome?.each.keys() ?? [])]).toEqual(['new@example.org'])
  client.destroy()
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.entries[0]).toMatchObject({ helo: 'second.example.net' })
  expect(host.entries[0]?.transactions.at(-1)).toMatchObject({ reversePath: 'new@example.net' })
})

test('the limits of recipients and of sessions hold', async () => {
  const { made } = olderServer({ options: { wire: { recipients: 2 }, limits: { sessions: { all: 1 } } } })
  await using host = await made
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  expect(await client.say('RCPT TO:<a@example.org>')).toMatch(/^250 /)
  expect(await client.say('RCPT TO:<b@example.org>')).toMatch(/^250 /)
  expect(await client.say('RCPT TO:<c@example.org>')).toMatch(/^452 /)
  expect(await host.client().reply()).toMatch(/^421 4\.7\.0 Too many sessions/)
})

test('a refused message that goes on beyond what is read of it gets its reply, and its connection is closed', async () => {
  const filter: Filter = { name: 'rule', header: () => reject('5.7.1', 'no') }
  const { made } = olderServer({ filters: [filter], options: { wire: { drain: '1kb' } } })
  await using host = await made
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  await client.say('RCPT TO:<b@example.org>')
  await client.say('DATA')
  client.send(message)
  const more = setInterval(() => client.send('A line that is read by no filter.\r\n'.repeat(100)), 5)
  try {
    expect(await client.reply()).toMatch(/^550 5\.7\.1 /)
    await client.closed
  } finally {
    clearInterval(more)
  }
})

test('a client that leaves in the middle of its message ends its session', async () => {
  const { made } = olderServer()
  await using host = await made
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  await client.say('RCPT TO:<b@example.org>')
  await client.say('DATA')
  client.send('From: a@example.net\r\n')
  client.destroy()
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.delivered).toEqual([])
})

test('the session of a host is typed without a cast', () => {
  const onData: GuardOptions['onData'] = (content, session, done) => {
    text(content).then(() => done(session.postern.quarantine ? new Error('4.3.0 Later') : null), done)
  }
  expect(onData).toBeTypeOf('function')
  expect(guard).toBeTypeOf('function')
  expect(protect).toBeTypeOf('function')
})

test('what the host itself refuses is no part of the transaction, and carries no reference', async () => {
  const { made } = olderServer({
    options: {
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('full') ? Object.assign(new Error('5.2.2 Full'), { responseCode: 550 }) : null),
    },
  })
  await using host = await made
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  expect(await client.say('RCPT TO:<full@example.org>')).toBe('550 5.2.2 Full')
  expect(await client.say('RCPT TO:<b@example.org>')).toMatch(/^250 /)
  await client.say('DATA')
  expect(await client.say(`${message}.`)).toMatch(/^250 /)
  expect(host.delivered).toHaveLength(1)
  expect([...(host.delivered[0]?.postern.outcome?.each.keys() ?? [])]).toEqual(['b@example.org'])
})

test('W11 BDAT, which is not offered, is refused, and brings no content', async () => {
  const { made } = olderServer()
  await using host = await made
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  await client.say('RCPT TO:<b@example.org>')
  expect(await client.say('BDAT 5 LAST')).toMatch(/^5\d\d /)
  expect(await client.say('QUIT')).toMatch(/^221 /)
  expect(client.received()).not.toContain('CHUNKING')
  expect(host.delivered).toEqual([])
})
