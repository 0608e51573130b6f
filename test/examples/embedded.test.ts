/** The servers of the page on embedding, in TypeScript and in CommonJS: each with the messages that the page sends. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { exampleFolder } from '../support/example.ts'
import { rawClient } from '../support/raw-client.ts'
import { freePort } from '../support/scratch.ts'

vi.setConfig({ testTimeout: 120_000 })

test.for(['server.ts', 'server.cjs'])('%s saves honest mail, refuses the test message, and relays none', async file => {
  const port = await freePort()
  await using folder = await exampleFolder([`embedded/${file}`, 'send.mjs'], { 2525: port })
  await using server = await folder.start(/^listening on /m, file)
  const replies = (await folder.node('send.mjs')).trim().split('\n')
  expect(replies).toEqual([
    expect.stringMatching(/^250 2\.6\.0 Message accepted ref=\w+$/),
    expect.stringMatching(/^550 5\.7\.1 Refused by policy ref=\w+$/),
  ])
  await server.writes(/^bob@example\.org reject \[[^\]]*rule: 'gtube'/m)
  expect(server.output()).toMatch(/^bob@example\.org accept \[\]$/m)
  const [name = '', ...others] = await readdir(join(folder.path, 'inbox'))
  expect(others).toEqual([])
  expect(await readFile(join(folder.path, 'inbox', name), 'utf8')).toMatch(
    /^Authentication-Results: [\s\S]*\r\nSubject: Hello\r\n[\s\S]*\r\n\r\nLunch at noon\?\r\n$/,
  )

  const client = rawClient(port)
  expect(await client.reply()).toMatch(/^220 /)
  await client.say('EHLO client.example.com')
  await client.say('MAIL FROM:<alice@example.com>')
  expect(await client.say('RCPT TO:<eve@elsewhere.example>')).toMatch(/^550 5\.7\.1 /)
  client.destroy()
})
