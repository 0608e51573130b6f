/** The relay takes feedback by Rspamd's protocol, keeps it, and looks at what messages hold. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rawClient } from '../support/raw-client.ts'
import { scratch } from '../support/scratch.ts'
import { relayProcess } from './relay-process.ts'

const mail = (from: string, ...body: readonly string[]) =>
  [
    `From: ${from}`,
    'To: bob@example.net',
    'Date: Mon, 23 Nov 2026 10:00:00 +0000',
    'Message-ID: <1@example.org>',
    'Subject: Hello',
    '',
    ...body,
    '',
  ].join('\r\n')

test('feedback is taken from this machine and kept in the folder of the classifier', async () => {
  await using folder = await scratch()
  const classifier = join(folder.path, 'classifier')
  const args = ['--maildir', join(folder.path, 'mail'), '--rspamd', '127.0.0.1:0', '--classifier', classifier]
  await using relay = await relayProcess(args)
  const [, place] = /^Rspamd's +(\S+)$/m.exec(relay.told) ?? []
  const send = (path: string, body: string) => fetch(`http://${place}/${path}`, { method: 'POST', body })
  const spam = await send('learnspam', mail('mallory@example.com', 'Cheap pills, cheap pills'))
  expect([spam.status, await spam.json()]).toEqual([200, { success: true }])
  expect((await send('learnham', mail('alice@example.org', 'See you at noon'))).status).toBe(200)
  const { learned } = (await (await fetch(`http://${place}/stat`)).json()) as { learned: number }
  expect(learned).toBe(2)
  relay.child.kill('SIGTERM')
  await relay.ended
  expect(await readdir(classifier)).not.toEqual([])
})

test('what a message hides is found, and reported in the record of its session', async () => {
  await using folder = await scratch()
  await using relay = await relayProcess(['--maildir', join(folder.path, 'mail')])
  const client = rawClient(relay.port)
  await client.reply()
  for (const line of ['EHLO mx.example.org', 'MAIL FROM:<a@example.org>', 'RCPT TO:<bob@example.net>', 'DATA'])
    await client.say(line)
  client.send(`${mail('a@example.org', 'begin 644 evil.exe', '#0V%T', '`', 'end')}.\r\n`)
  expect(await client.reply()).toMatch(/^250 /)
  await client.say('QUIT')
  await client.closed
  while (!relay.log().includes('\n')) await new Promise(resolve => setTimeout(resolve, 20))
  expect(relay.log()).toContain('"structure/hidden-file"')
})
