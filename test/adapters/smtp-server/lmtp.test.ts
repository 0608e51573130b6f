/** LMTP: one reply for each recipient (RFC 2033 §4.2). */
import { expect, test } from 'vitest'
import type { Policy } from '../../../src/model/decision.ts'
import { guardedServer, type Setting } from '../../support/guarded-server.ts'

const choosy: Policy = (findings, at) => {
  const [local = ''] = at.forwardPath?.split('@') ?? []
  const [verdict, code, status] =
    at.stage !== 'message' || local === 'bob'
      ? (['accept', 250, '2.0.0'] as const)
      : local === 'dora'
        ? (['reject', 550, '5.7.1'] as const)
        : (['defer', 451, '4.7.1'] as const)
  return { stage: at.stage, verdict, score: 0, findings, reply: { code, status, text: local || 'all' } }
}

async function replies(recipients: readonly string[], onData?: NonNullable<Setting['options']>['onData']) {
  await using host = await guardedServer({
    gateway: { policy: choosy },
    options: { lmtp: true, ...(onData && { onData }) },
  })
  const client = host.client()
  await client.reply()
  await client.say('LHLO client.example.net')
  await client.say('MAIL FROM:<a@example.net>')
  for (const name of recipients) await client.say(`RCPT TO:<${name}@example.org>`)
  await client.say('DATA')
  client.send('From: a@example.net\r\n\r\nHello\r\n.\r\n')
  const said: string[] = []
  for (const _ of recipients) said.push((await client.reply()).replace(/^([45].*) ref=\w{8}$/, '$1 ref'))
  const bye = await client.say('QUIT')
  return { said, bye: bye.slice(0, 3), delivered: host.delivered.length }
}

test('each recipient has its own reply, in their order', async () => {
  expect(await replies(['dora', 'bob', 'erin'])).toEqual({
    said: ['550 5.7.1 dora ref', expect.stringMatching(/^250 2\.0\.0 bob/), '451 4.7.1 erin ref'],
    bye: '221',
    delivered: 1,
  })
})

test('no recipient takes it: each reply says why', async () => {
  expect(await replies(['dora', 'erin'])).toEqual({
    said: ['550 5.7.1 dora ref', '451 4.7.1 erin ref'],
    bye: '221',
    delivered: 0,
  })
})

test('what the host says stands for those who take it', async () => {
  const failed = Object.assign(new Error('4.2.2 Mailbox full'), { responseCode: 452 })
  expect(
    await replies(['dora', 'bob'], (content, _session, done) => void content.resume().on('end', () => done(failed))),
  ).toMatchObject({ said: ['550 5.7.1 dora ref', '452 4.2.2 Mailbox full ref'] })
  expect(
    await replies(
      ['bob', 'dora'],
      (content, _session, done) => void content.resume().on('end', () => done(null, ['kept', 'unused'])),
    ),
  ).toMatchObject({ said: [expect.stringMatching(/^250 2\.6\.0 kept ref=\w+$/), '550 5.7.1 dora ref'] })
})
