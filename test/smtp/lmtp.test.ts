/** LMTP: one reply for each recipient (RFC 2033 §4.2). */
import { expect, test } from 'vitest'
import type { Policy, Reply } from '../../src/model/decision.ts'
import type { SmtpServerOptions } from '../../src/smtp/index.ts'
import { frontServer } from '../support/front-server.ts'

const choosy: Policy = (findings, at) => {
  const [local = ''] = at.forwardPath?.split('@') ?? []
  const [verdict, code, status] =
    at.stage !== 'message' || local === 'bob' || local === 'ann'
      ? (['accept', 250, '2.0.0'] as const)
      : local === 'dora'
        ? (['reject', 550, '5.7.1'] as const)
        : (['defer', 451, '4.7.1'] as const)
  return { stage: at.stage, verdict, score: 0, findings, reply: { code, status, text: local || 'all' } }
}

async function replies(recipients: readonly string[], deliver?: SmtpServerOptions['deliver'], framing = 'DATA') {
  await using host = await frontServer({
    gateway: { policy: choosy },
    options: { lmtp: true, ...(deliver && { deliver }) },
  })
  const client = host.client()
  const banner = await client.reply()
  await client.say('LHLO client.example.net')
  await client.say('MAIL FROM:<a@example.net>')
  for (const name of recipients) await client.say(`RCPT TO:<${name}@example.org>`)
  const message = 'From: a@example.net\r\n\r\nHello\r\n'
  if (framing === 'DATA') await client.say('DATA')
  client.send(framing === 'DATA' ? `${message}.\r\n` : `BDAT ${message.length} LAST\r\n${message}`)
  const said: string[] = []
  for (const _ of recipients) said.push((await client.reply()).replace(/ ref=\w{8}$/, ''))
  const bye = await client.say('QUIT')
  return { banner, said, bye: bye.slice(0, 3), delivered: host.delivered.map(({ forwardPaths }) => forwardPaths) }
}

test.for(['DATA', 'BDAT'])('each recipient has a reply, in their order (%s)', async framing => {
  expect(await replies(['dora', 'bob', 'erin'], undefined, framing)).toEqual({
    banner: expect.stringMatching(/^220 mx\.example\.org LMTP /),
    said: ['550 5.7.1 dora', '250 2.0.0 bob', '451 4.7.1 erin'],
    bye: '221',
    delivered: [['bob@example.org']],
  })
})

test('an address that was named twice has two replies, and one copy', async () => {
  expect(await replies(['bob', 'dora', 'bob'])).toMatchObject({
    said: ['250 2.0.0 bob', '550 5.7.1 dora', '250 2.0.0 bob'],
    bye: '221',
    delivered: [['bob@example.org']],
  })
})

test('no recipient takes it: each reply says why', async () => {
  expect(await replies(['dora', 'erin'])).toMatchObject({
    said: ['550 5.7.1 dora', '451 4.7.1 erin'],
    bye: '221',
    delivered: [],
  })
})

test('what the host says of a recipient is the reply, on one line', async () => {
  const full: Reply = { code: 452, status: '4.2.2', text: 'Mailbox full\r\n250 2.0.0 Injected' }
  const result = new Map([['ann@example.org', full]])
  expect(await replies(['dora', 'ann', 'bob'], () => result)).toMatchObject({
    said: ['550 5.7.1 dora', '452 4.2.2 Mailbox full??250 2.0.0 Injected', '250 2.0.0 bob'],
  })
})

test('a delivery that fails is a temporary refusal for those who were to get it', async () => {
  const fail = () => Promise.reject(new Error('disk on fire'))
  const { said } = await replies(['dora', 'bob'], fail)
  expect(said).toEqual(['550 5.7.1 dora', '451 4.3.0 Temporary local error, try again later'])
  expect(said.join()).not.toContain('fire')
})

test('EHLO and HELO are refused in LMTP, and LHLO in SMTP', async () => {
  await using lmtp = await frontServer({ options: { lmtp: true } })
  const client = lmtp.client()
  await client.reply()
  expect(await client.say('EHLO client.example.net')).toMatch(/^500 5\.5\.1 /)
  expect(await client.say('HELO client.example.net')).toMatch(/^500 5\.5\.1 /)
  expect(await client.say('LHLO client.example.net')).toMatch(/^250 /)
  await using smtp = await frontServer()
  const other = smtp.client()
  await other.reply()
  expect(await other.say('LHLO client.example.net')).toMatch(/^500 5\.5\.1 /)
})
