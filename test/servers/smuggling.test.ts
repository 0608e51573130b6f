/**
 * Our own SMTP server: line ends that servers read differently: one message stays one message, and what leaves has CRLF
 * only.
 */
import { describe, expect, test } from 'vitest'
import { headerForm } from '../../src/filters/header-form.ts'
import { cuts, lookAlikes, smuggled } from '../support/end-of-data.ts'
import { type Served, type Setting, served, servers } from '../support/servers.ts'

async function play(host: Served, content: readonly string[]): Promise<string> {
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  await client.say('RCPT TO:<b@example.org>')
  await client.say('DATA')
  for (const piece of content) {
    client.send(piece)
    if (content.length > 1) await new Promise(resolve => setTimeout(resolve, 2))
  }
  const said = await client.reply()
  expect(await client.say('QUIT')).toMatch(/^221 /)
  await client.closed
  expect(client.received().match(/^354 /gm)).toHaveLength(1)
  return said
}

/** One message with each of `ends` in its text, one after the other over one connection. */
async function playAll(host: Served, ends: readonly string[], cut: (end: string) => readonly string[]) {
  const client = await host.greeted()
  // So that what is sent apart arrives apart.
  client.socket.setNoDelay(true)
  const replies: string[] = []
  for (const end of ends) {
    client.send('MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n')
    for (const code of ['250', '250', '354']) expect((await client.reply()).slice(0, 3)).toBe(code)
    for (const [index, piece] of cut(end).entries()) {
      if (index > 0) await new Promise(resolve => setTimeout(resolve, 1))
      client.send(piece)
    }
    replies.push(await client.reply())
  }
  expect(await client.say('QUIT')).toMatch(/^221 /)
  await client.closed
  expect(client.received().match(/^354 /gm)).toHaveLength(ends.length)
  return replies
}

// As many as a session's entry holds transactions.
const EACH = 100
const batches = Array.from({ length: Math.ceil(lookAlikes.length / EACH) }, (_, index) =>
  lookAlikes.slice(index * EACH, (index + 1) * EACH),
)

test('W01 there are at least 1,494 look-alikes of the end of the data', () => {
  expect(lookAlikes.length).toBeGreaterThanOrEqual(1_494)
})

describe.for(servers)('%s', kind => {
  const serve = (setting?: Setting) => served(kind, setting)

  test.for(Object.entries(cuts))(
    'W01 no look-alike of the end of the data makes a second message, %s',
    async ([, cut]) => {
      await using host = await serve({ wire: { errors: 1e6 } })
      const pieces = (end: string) => cut('From: a@example.net\r\n\r\nText', end, `${smuggled}.\r\n`)
      const replies = (await Promise.all(batches.map(ends => playAll(host, ends, pieces)))).flat()
      expect(replies.filter(reply => !/^(250|550) /.test(reply))).toEqual([])
      expect(host.delivered).toHaveLength(replies.filter(reply => reply.startsWith('250')).length)
      await expect.poll(() => host.entries.length).toBe(batches.length)
      const transactions = host.entries.flatMap(entry => entry.transactions)
      expect(transactions).toHaveLength(lookAlikes.length)
      expect(transactions.filter(({ reversePath }) => reversePath !== 'a@example.net')).toEqual([])
      for (const { message } of host.delivered) {
        expect(message).not.toMatch(/\r(?!\n)|(?<!\r)\n/)
        // As a relay would stuff it, a lenient sink still sees one message.
        const stuffed = message.replace(/^\./gm, '..')
        expect(stuffed).not.toMatch(/[\r\n]\.[\r\n]/)
      }
    },
  )

  test('W03 a dot after a bare LF is not un-stuffed into an end of the data', async () => {
    await using host = await serve()
    await play(host, [`From: a@example.net\r\n\r\nText\n..\r\n${smuggled}.\r\n`])
    for (const { message } of host.delivered) {
      expect(message).toContain('\r\n..\r\n')
      expect(message).not.toContain('\r\n.\r\n')
    }
    expect(host.delivered).toHaveLength(1)
  })

  const bare = 'From: a@example.net\r\n\r\none\ntwo\rthree\r\n.\r\n'

  test('W04 bare line ends become CRLF', async () => {
    await using host = await serve()
    expect(await play(host, [bare])).toMatch(/^250 /)
    expect(host.delivered[0]?.message.endsWith('\r\n\r\none\r\ntwo\r\nthree\r\n')).toBe(true)
  })

  test('W04 bare line ends are refused where that is the policy, on the loopback too', async () => {
    await using host = await serve({ gateway: { lineEnds: 'reject' } })
    expect(await play(host, [bare])).toMatch(/^550 5\.6\.11 /)
    expect(host.delivered).toEqual([])
  })

  test('W06 a NUL in the header section is refused before any parser', async () => {
    await using host = await serve({ filters: [headerForm()] })
    expect(await play(host, ['From: a@example.net\r\nSubject: x\0y\r\n\r\nText\r\n.\r\n'])).toMatch(/^550 5\.6\.0 /)
    expect(host.delivered).toEqual([])
  })

  test('W07 a NUL in the body cuts nothing off', async () => {
    await using host = await serve()
    expect(await play(host, ['From: a@example.net\r\n\r\none\0two\r\nthree\r\n.\r\n'])).toMatch(/^250 /)
    expect(host.delivered[0]?.message).toMatch(/one\0?two\r\nthree\r\n$/)
  })

  test('W14 a message far beyond the limit is not read to its end', async () => {
    await using host = await serve({ gateway: { limits: { size: '1mb' } } })
    const client = await host.greeted()
    await client.say('MAIL FROM:<a@example.net> SIZE=10')
    await client.say('RCPT TO:<b@example.org>')
    await client.say('DATA')
    client.send('From: a@example.net\r\n\r\n')
    const block = Buffer.alloc(64 * 1024, 'ab\r\n')
    let wanted = true
    client.closed.then(() => {
      wanted = false
    })
    let sent = 0
    for (; wanted && sent < 200 * 1024 ** 2; sent += block.length) {
      if (!client.socket.write(block)) await new Promise(resolve => setTimeout(resolve, 1))
      while (wanted && client.socket.writableLength > 1024 ** 2) await new Promise(resolve => setTimeout(resolve, 1))
    }
    await client.closed
    expect(client.received()).toMatch(/\r\n552 5\.3\.4 [^\r\n]*\r\n$/)
    // What the limit allows, what is drained before the reply and after it, and what the two sockets hold.
    expect(client.socket.bytesWritten).toBeLessThan(24 * 1024 ** 2)
    expect(host.delivered).toEqual([])
  })

  test('W14 a message a little beyond the limit learns so where it waits for the reply', async () => {
    await using host = await serve({ gateway: { limits: { size: '100kb' } } })
    expect(await play(host, [`From: a@example.net\r\n\r\n${'ab\r\n'.repeat(40_000)}.\r\n`])).toMatch(/^552 5\.3\.4 /)
  })
})
