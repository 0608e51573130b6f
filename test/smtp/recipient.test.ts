/** The host's part of a transaction: recipients that it refuses, whether its reply was received, and how it closes. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { frontServer } from '../support/front-server.ts'

const message = 'From: a@example.net\r\n\r\nText\r\n.\r\n'
const begin = 'MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n'

test('the host refuses a recipient at RCPT: the others get the message, and the session log does not name it', async () => {
  const asked: unknown[] = []
  await using host = await frontServer({
    options: {
      recipient: (forwardPath, { reversePath, helo, ip }) => {
        asked.push([forwardPath, reversePath, helo, ip])
        return forwardPath.startsWith('no') ? { code: 550, status: '5.1.1', text: 'No such mailbox' } : undefined
      },
    },
  })
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  expect(await client.say('RCPT TO:<nobody@example.org>')).toMatch(/^550 5\.1\.1 No such mailbox ref=/)
  expect(await client.say('RCPT TO:<b@example.org>')).toMatch(/^250 /)
  await client.say('DATA')
  client.send(message)
  expect(await client.reply()).toMatch(/^250 /)
  expect(host.delivered.map(({ forwardPaths }) => forwardPaths)).toEqual([['b@example.org']])
  expect(asked).toEqual(
    ['nobody', 'b'].map(name => [`${name}@example.org`, 'a@example.net', expect.any(String), '127.0.0.1']),
  )
})

test('a host whose answer about a recipient fails defers the recipient, and the operator gets the reason', async () => {
  const notices: string[] = []
  await using host = await frontServer({
    gateway: { notify: ({ code, reason }) => void notices.push(`${code}: ${reason}`) },
    options: { recipient: () => Promise.reject(new Error('the directory is away')) },
  })
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  expect(await client.say('RCPT TO:<b@example.org>')).toMatch(/^451 4\.3\.0 /)
  expect(await client.say('DATA')).toMatch(/^503 /)
  expect(notices).toEqual([expect.stringMatching(/^smtp\/recipient: .*the directory is away$/)])
})

test.for([
  ['that waits', true],
  ['that is gone during the delivery', false],
] as const)('the host learns whether a client %s received the reply', async ([, waits]) => {
  const received: boolean[] = []
  await using host = await frontServer({
    options: {
      deliver: async ({ replied }) => {
        replied.then(isReceived => received.push(isReceived))
        await sleep(100)
      },
    },
  })
  const client = await host.greeted()
  client.send(begin)
  for (let count = 0; count < 3; count += 1) await client.reply()
  client.send(message)
  if (waits) await client.reply()
  else setTimeout(() => client.destroy(), 30)
  await expect.poll(() => received).toEqual([waits])
})

test('a transaction that outlives closeTimeout ends with 421', async () => {
  await using host = await frontServer({ options: { closeTimeout: 100 } })
  const client = await host.greeted()
  client.send(begin)
  for (let count = 0; count < 3; count += 1) await client.reply()
  const closed = host.close()
  expect(await client.reply()).toMatch(/^421 4\.3\.2 /)
  await closed
  await expect.poll(() => host.connections()).toBe(0)
})
