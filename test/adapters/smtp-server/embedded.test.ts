/** The embedded example does what it says. */
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { embedded } from '../../../examples/embedded/server.ts'
import { zone } from '../../../src/testing/zone.ts'
import { rawClient } from '../../support/raw-client.ts'
import { scratch } from '../../support/scratch.ts'

const dns = zone({
  'client.example.net': { A: ['127.0.0.1'] },
  'example.net': {
    A: ['192.0.2.1'],
    MX: [{ exchange: 'client.example.net', priority: 10 }],
    TXT: ['v=spf1 ip4:127.0.0.1 -all'],
  },
  '1.0.0.127.in-addr.arpa': { PTR: ['client.example.net'] },
})
const message = [
  'From: a@example.net',
  'Date: Mon, 23 Nov 2026 12:00:00 +0000',
  'Message-ID: <1@example.net>',
  'Subject: hello',
  '',
  'Text.',
  '.',
].join('\r\n')

test('the embedded server keeps what was accepted, and relays no foreign mail', async () => {
  await using folder = await scratch()
  const server = embedded(folder.path, { dns, name: 'mx.example.org', trustedNetworks: [] })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const client = rawClient((server.server.address() as AddressInfo).port)
  try {
    expect(await client.reply()).toMatch(/^220 /)
    await client.say('EHLO client.example.net')
    expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
    expect(await client.say('RCPT TO:<b@example.com>')).toMatch(/^550 /)
    expect(await client.say('RCPT TO:<b@example.org>')).toMatch(/^250 /)
    expect(await client.say('DATA')).toMatch(/^354 /)
    expect(await client.say(message)).toMatch(/^250 /)
    const [name = ''] = await readdir(folder.path)
    expect(name).toMatch(/^inbox-\w+\.eml$/)
    const kept = await readFile(join(folder.path, name), 'utf8')
    expect(kept).toMatch(/^Authentication-Results: mx\.example\.org;/)
    expect(kept.replace(/\r\n[\t ]+/g, ' ')).toMatch(/spf=pass/)
    expect(kept).toMatch(/\r\nSubject: hello\r\n\r\nText\.\r\n$/)
  } finally {
    client.destroy()
    await new Promise<void>(resolve => server.close(() => resolve()))
  }
})
