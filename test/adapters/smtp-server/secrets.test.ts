/** What clients say to prove who they are stays with them and the host. */
import { expect, test } from 'vitest'
import { reject } from '../../../src/model/finding.ts'
import { guardedServer } from '../../support/guarded-server.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const secrets = ['correct horse', base64('correct horse'), base64('\0ann\0correct horse')]

const ways: Readonly<Record<string, readonly string[]>> = {
  'AUTH PLAIN in one line': [`AUTH PLAIN ${base64('\0ann\0correct horse')}`],
  'AUTH PLAIN in two lines': ['AUTH PLAIN', base64('\0ann\0correct horse')],
  'AUTH LOGIN': ['AUTH LOGIN', base64('ann'), base64('correct horse')],
}

test.for(Object.entries(ways))('S05 %s leaves the password in no reply, log line or finding', async ([, lines]) => {
  const seen: string[] = []
  await using host = await guardedServer({
    filters: [
      {
        name: 'rule',
        onDecision: decision => {
          seen.push(JSON.stringify(decision))
        },
        rcpt: ({ user }) => reject('5.7.1', `${user} may not`),
      },
    ],
    gateway: { notify: notice => seen.push(JSON.stringify(notice)) },
    options: {
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        password === 'correct horse' ? done(null, { user: { username, password } }) : done(new Error('no')),
    },
  })
  const client = await host.greeted()
  let said = ''
  for (const line of lines) said = await client.say(line)
  expect(said).toMatch(/^235 /)
  await client.say('MAIL FROM:<ann@example.net>')
  expect(await client.say('RCPT TO:<b@example.org>')).toMatch(/^550 5\.7\.1 /)
  client.destroy()
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.entries).toMatchObject([{ transactions: [{ user: 'ann' }] }])
  const told = [client.received(), JSON.stringify(host.entries), ...seen].join('\n')
  expect(told).toContain('ann may not')
  expect(secrets.filter(secret => told.includes(secret))).toEqual([])
})
