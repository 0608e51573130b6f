/** How connections end: half-closed clients, clients that are gone during delivery, shutdown, faults of the host. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { frontServer } from '../support/front-server.ts'

const envelope = 'MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n'
const message = 'From: a@example.net\r\n\r\nText\r\n.\r\n'

const inData = async (host: Awaited<ReturnType<typeof frontServer>>) => {
  const client = await host.greeted()
  client.send(envelope)
  for (let count = 0; count < 3; count += 1) await client.reply()
  return client
}

/** Something to wait for, and how to let it go on. */
function blocker() {
  let open = (): void => undefined
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { opened, open }
}

test('a client that ends its side behind QUIT receives all replies', async () => {
  await using host = await frontServer({ options: { deliver: () => sleep(50) } })
  const client = await inData(host)
  client.socket.end(`${message}MAIL FROM:<c@example.net>\r\nQUIT\r\n`)
  await client.closed
  expect(client.received()).toMatch(/\r\n250 2\.6\.0 [^\n]*\n250 2\.1\.0 [^\n]*\n221 [^\n]*\n$/)
})

test('a client that ends its side without QUIT receives what it has asked for, and is gone', async () => {
  await using host = await frontServer({ options: { deliver: () => sleep(50) } })
  const client = await inData(host)
  client.socket.end(message)
  await client.closed
  expect(client.received()).toMatch(/\r\n250 2\.6\.0 [^\n]*\n$/)
  await expect.poll(() => host.connections()).toBe(0)
  expect(host.entries).toHaveLength(1)
})

test('a client that ends its side in the middle of a message delivers nothing', async () => {
  await using host = await frontServer()
  const client = await inData(host)
  client.socket.end('From: a@example.net\r\n\r\nTe')
  await client.closed
  await expect.poll(() => host.connections()).toBe(0)
  expect(host.delivered).toEqual([])
})

test('a client that is gone while its message is judged has it not delivered: it brings it again', async () => {
  const judging = blocker()
  await using host = await frontServer({ filters: [{ name: 'slow', message: () => judging.opened }] })
  const client = await inData(host)
  client.send(message)
  await sleep(50)
  client.socket.resetAndDestroy()
  await sleep(50)
  judging.open()
  await expect.poll(() => host.connections()).toBe(0)
  await sleep(20)
  expect(host.delivered).toEqual([])
})

test('a client that is gone during the delivery leaves the content in place until the host is done', async () => {
  const delivering = blocker()
  let read = ''
  await using host = await frontServer({
    options: {
      deliver: async ({ content }) => {
        await delivering.opened
        for await (const chunk of content.open()) read += String(chunk)
      },
    },
  })
  const client = await inData(host)
  client.send(message)
  await sleep(50)
  client.socket.resetAndDestroy()
  await sleep(50)
  expect(host.entries).toEqual([])
  delivering.open()
  await expect.poll(() => host.connections()).toBe(0)
  expect(read).toContain('Text\r\n')
  expect(host.entries).toHaveLength(1)
})

test('close ends idle clients with 421 at once, and lets a transaction finish', async () => {
  await using host = await frontServer()
  const idle = await host.greeted()
  const busy = await inData(host)
  const closed = host.close()
  await idle.closed
  expect(idle.received()).toMatch(/\r\n421 4\.3\.2 [^\n]*\n$/)
  busy.send(message)
  expect(await busy.reply()).toMatch(/^250 2\.6\.0 /)
  // Its transaction is over: it is idle now.
  await busy.closed
  expect(busy.received()).toMatch(/\r\n421 4\.3\.2 [^\n]*\n$/)
  await closed
  expect(host.delivered).toHaveLength(1)
})

test('a filter or a host that throws ends no other session', async () => {
  const notices: string[] = []
  await using host = await frontServer({
    gateway: { notify: ({ code }) => notices.push(code) },
    options: {
      deliver: () => {
        throw new Error('a fault')
      },
    },
  })
  const other = await host.greeted()
  const client = await inData(host)
  client.send(message)
  expect(await client.reply()).toMatch(/^451 4\.3\.0 /)
  expect(await client.say('NOOP')).toMatch(/^250 /)
  expect(await other.say('NOOP')).toMatch(/^250 /)
  expect(notices).toContain('smtp/delivery')
})

test('back-pressure: a slow reader of the message holds the client, and nothing is lost', async () => {
  const slow = {
    name: 'slow',
    header: () => sleep(300),
  } as const
  await using host = await frontServer({ filters: [slow] })
  const client = await inData(host)
  const body = 'A line of the body that is sent again and again\r\n'.repeat(200_000)
  client.send(`From: a@example.net\r\n\r\n${body}.\r\n`)
  expect(await client.reply()).toMatch(/^250 2\.6\.0 /)
  expect(host.delivered[0]?.message.endsWith(`\r\n\r\n${body}`)).toBe(true)
})
