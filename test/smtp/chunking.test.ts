/** BDAT (RFC 3030): messages in chunks, and chunks at the wrong place. */
import { expect, test } from 'vitest'
import { reject } from '../../src/model/finding.ts'
import { frontServer } from '../support/front-server.ts'

const envelope = 'MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\n'
const message = 'From: a@example.net\r\n\r\n.dot\r\n..\r\n.\r\nend\r\n'

const codes = async (client: { reply: () => Promise<string> }, count: number): Promise<readonly string[]> => {
  const replies: string[] = []
  for (let index = 0; index < count; index += 1) replies.push((await client.reply()).slice(0, 3))
  return replies
}

test('EHLO offers CHUNKING, and not BINARYMIME', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  expect(client.received()).toMatch(/^250[- ]CHUNKING\r$/m)
  expect(client.received()).not.toContain('BINARYMIME')
})

test('a message in chunks of every size is delivered as it was sent, dots and all', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  for (let size = 1; size <= message.length; size += 1) {
    const chunks: string[] = []
    for (let at = 0; at < message.length; at += size) chunks.push(message.slice(at, at + size))
    const group = chunks.map(
      (chunk, index) => `BDAT ${chunk.length}${index === chunks.length - 1 ? ' LAST' : ''}\r\n${chunk}`,
    )
    client.send(`${envelope}${group.join('')}`)
    expect(new Set(await codes(client, 2 + chunks.length))).toEqual(new Set(['250']))
    expect(host.delivered.at(-1)?.message.endsWith(message)).toBe(true)
  }
  expect(host.delivered).toHaveLength(message.length)
})

test('the last chunk may be empty, and so may others', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  client.send(`${envelope}BDAT 0\r\nBDAT ${message.length}\r\n${message}BDAT 0 LAST\r\nNOOP\r\n`)
  expect(await codes(client, 6)).toEqual(['250', '250', '250', '250', '250', '250'])
  expect(host.delivered[0]?.message.endsWith(message)).toBe(true)
})

test('RSET between chunks gives the message up, and the next one is whole', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  client.send(`${envelope}BDAT 4\r\nFromRSET\r\nBDAT 5 LAST\r\nhelloRCPT TO:<b@example.org>\r\n`)
  expect(await codes(client, 6)).toEqual(['250', '250', '250', '250', '503', '503'])
  client.send(`${envelope}BDAT ${message.length} LAST\r\n${message}`)
  expect(await codes(client, 3)).toEqual(['250', '250', '250'])
  expect(
    host.delivered.map(({ message }) => message.endsWith(`From: a@example.net\r\n\r\n.dot\r\n..\r\n.\r\nend\r\n`)),
  ).toEqual([true])
  expect(host.delivered[0]?.message).not.toContain('FromFrom')
})

test('between chunks only BDAT and what may come at any time is obeyed', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  client.send(`${envelope}BDAT 4\r\nFrom`)
  await codes(client, 3)
  for (const [line, code] of [
    ['MAIL FROM:<c@example.net>', '503'],
    ['RCPT TO:<d@example.org>', '503'],
    ['DATA', '503'],
    ['NOOP', '250'],
  ] as const)
    expect((await client.say(line)).slice(0, 3)).toBe(code)
  client.send('BDAT 18 LAST\r\n: a@example.net\r\n\r\nx')
  expect(await client.reply()).toMatch(/^250 2\.6\.0 /)
})

test('W11 the bytes of a chunk are never commands, wherever it comes', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  const inside = 'MAIL FROM:<evil@example.net>\r\nRCPT TO:<b@example.org>\r\n'
  const chunk = `BDAT ${inside.length} LAST\r\n${inside}`
  client.send(`${chunk}MAIL FROM:<a@example.net>\r\n${chunk}RCPT TO:<b@example.org>\r\nNOOP\r\n`)
  expect(await codes(client, 5)).toEqual(['503', '250', '503', '250', '250'])
  client.destroy()
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.entries[0]?.transactions).toMatchObject([{ reversePath: 'a@example.net' }])
})

test.for(['BDAT', 'BDAT x', 'BDAT -1', 'BDAT 5 FIRST', 'BDAT 1e3', 'BDAT 9999999999999999', 'BDAT 0x10'])(
  'W11 %s is hung up on: where its bytes end is not known',
  async line => {
    await using host = await frontServer()
    const client = await host.greeted()
    client.send(`${envelope}${line}\r\nMAIL FROM:<evil@example.net>\r\n`)
    await client.closed
    expect(client.received()).toMatch(/\r\n501 5\.5\.4 [^\r\n]*\r\n$/)
  },
)

test('W11 a large chunk at the wrong place is not read through', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  client.send('BDAT 999999999 LAST\r\n')
  await client.closed
  expect(client.received()).toMatch(/\r\n503 5\.5\.1 [^\r\n]*\r\n$/)
})

test('W14 a chunk far beyond the limit is not read to its end', async () => {
  await using host = await frontServer({ gateway: { limits: { size: '1mb' } } })
  const client = await host.greeted()
  client.send(`${envelope}BDAT ${200 * 1024 ** 2} LAST\r\nFrom: a@example.net\r\n\r\n`)
  const block = Buffer.alloc(64 * 1024, 'ab\r\n')
  let gone = false
  void client.closed.then(() => {
    gone = true
  })
  for (let sent = 0; !gone && sent < 200 * 1024 ** 2; sent += block.length) {
    client.socket.write(block)
    while (!gone && client.socket.writableLength > 1024 ** 2) await new Promise(resolve => setTimeout(resolve, 1))
  }
  await client.closed
  expect(client.received()).toMatch(/\r\n552 5\.3\.4 [^\r\n]*\r\n$/)
  expect(client.socket.bytesWritten).toBeLessThan(24 * 1024 ** 2)
  expect(host.delivered).toEqual([])
})

test('a message in chunks that is refused at its header learns so after the chunk, and the session goes on', async () => {
  await using host = await frontServer({ filters: [{ name: 'no', header: () => reject('5.7.1', 'no') }] })
  const client = await host.greeted()
  const header = 'From: a@example.net\r\n\r\n'
  client.send(`${envelope}BDAT ${header.length}\r\n${header}`)
  expect(await codes(client, 2)).toEqual(['250', '250'])
  const first = await client.reply()
  client.send(`BDAT 2 LAST\r\n\r\n`)
  // The refusal stands behind the first chunk where it was known by then, else behind the last one.
  if (first.startsWith('250')) expect(await client.reply()).toMatch(/^550 /)
  else expect(await client.reply()).toMatch(/^503 /)
  expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
  expect(host.delivered).toEqual([])
})
