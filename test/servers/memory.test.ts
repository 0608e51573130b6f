/** What floods leave in the memory of a server's process. */
import { describe, expect, test } from 'vitest'
import { measuredServer } from '../support/measured-server.ts'
import { rawClient } from '../support/raw-client.ts'

const MB = 1024 ** 2
const commands: readonly (readonly [what: string, line: string])[] = [
  ['of 2 KB', 'x'.repeat(2_049)],
  ['of 16 KB', 'x'.repeat(16_384)],
  ['without an end', ''],
]

/** Says it in pieces, for as long as anybody listens; no more than 64 MB. */
async function say(port: number, text: string): Promise<string> {
  const client = rawClient(port)
  await client.reply()
  if (text !== '') client.send(`${text}\r\n`)
  const piece = Buffer.alloc(65_536, 'x')
  for (let sent = 0; text === '' && sent < 64 * MB && client.socket.writable; sent += piece.length)
    await new Promise(resolve => client.socket.write(piece, resolve))
  await client.closed
  return client.received()
}

describe.for(['guard', 'postern/smtp'] as const)('%s', variant => {
  test.for(commands)(
    'W12 a command line %s is refused and hung up on, and the memory stays',
    { timeout: 60_000 },
    async ([, line]) => {
      await using server = await measuredServer(variant)
      const flood = async (count: number) => {
        const received = await Promise.all(Array.from({ length: count }, () => say(server.port, line)))
        // Who is still sending may lose the reply with the connection, but never receives another.
        for (const said of received)
          expect(said).toMatch(line === '' ? /^220 [^\n]*\n(500 5\.5\.2 [^\n]*\n)?$/ : /\n500 5\.5\.2 [^\n]*\n$/)
      }
      await flood(60)
      let before = await server.memory()
      // The system may keep more after one flood than after another; what is leaked grows with each.
      for (let times = 1; times <= 4; times += 1) {
        await flood(60)
        const after = await server.memory()
        if (after.held - before.held < MB && after.resident - before.resident < 5 * MB) return
        before = after
      }
      expect.fail('each of four floods leaves memory behind')
    },
  )

  test('W15 two hundred thousand recipients of one transaction leave less than 5 MB', { timeout: 60_000 }, async () => {
    await using server = await measuredServer(variant)
    const flood = async () => {
      const client = rawClient(server.port)
      await client.reply()
      await client.say('EHLO client.example.net')
      client.send('MAIL FROM:<a@example.net>\r\n')
      for (let from = 0; from < 200_000 && client.socket.writable; from += 1_000) {
        const lines = Array.from({ length: 1_000 }, (_, count) => `RCPT TO:<b${from + count}@example.org>\r\n`)
        await new Promise(resolve => client.socket.write(lines.join(''), resolve))
      }
      await client.closed
      return client.received()
    }
    await flood()
    const before = await server.memory()
    const received = await flood()
    const after = await server.memory()
    expect(received.match(/^250 2\.1\.5 /gm)?.length ?? 0).toBeLessThanOrEqual(101)
    expect(after.held - before.held).toBeLessThan(MB)
    expect(after.resident - before.resident).toBeLessThan(5 * MB)
  })
})
