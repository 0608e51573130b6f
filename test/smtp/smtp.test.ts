/** Our own SMTP server, by its replies and by what it delivers. */
import { expect, test } from 'vitest'
import { frontServer } from '../support/front-server.ts'

test('an ordinary message is delivered once', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  expect(await client.say('MAIL FROM:<a@example.net> SIZE=100 BODY=8BITMIME')).toMatch(/^250 2\.1\.0 /)
  expect(await client.say('RCPT TO:<b@example.org>')).toMatch(/^250 2\.1\.5 /)
  expect(await client.say('DATA')).toMatch(/^354 /)
  expect(await client.say('From: a@example.net\r\n\r\n..dot\r\ntext\r\n.')).toMatch(/^250 2\.6\.0 /)
  expect(await client.say('QUIT')).toMatch(/^221 /)
  await client.closed
  expect(host.delivered).toHaveLength(1)
  expect(host.delivered[0]?.message).toMatch(/From: a@example\.net\r\n\r\n\.dot\r\ntext\r\n$/)
  expect(host.delivered[0]?.recipients).toEqual([{ forwardPath: 'b@example.org', quarantine: false }])
})

test('a pipelined group is answered in one packet', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  client.send('MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n')
  expect(await client.reply()).toMatch(/^250 /)
  expect(await client.reply()).toMatch(/^250 /)
  expect(await client.reply()).toMatch(/^354 /)
  client.send('Subject: x\r\n\r\nx\r\n.\r\nMAIL FROM:<c@example.net>\r\nRCPT TO:<d@example.org>\r\nRSET\r\nQUIT\r\n')
  for (const code of [250, 250, 250, 250, 221]) expect(await client.reply()).toMatch(new RegExp(`^${code} `))
  expect(host.delivered).toHaveLength(1)
})

test('a message in chunks is delivered as it was sent', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  client.send(
    'MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\nBDAT 12\r\nSubject: x\r\nBDAT 9 LAST\r\n\r\n.\r\nab\r\nQUIT\r\n',
  )
  for (const code of [250, 250, 250, 250, 221]) expect(await client.reply()).toMatch(new RegExp(`^${code} `))
  expect(host.delivered[0]?.message).toMatch(/Subject: x\r\n\r\n\.\r\nab\r\n$/)
})

test('W11 the bytes of a chunk without a transaction are no commands', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  const inside = 'MAIL FROM:<a@example.net>\r\n'
  client.send(`BDAT ${inside.length} LAST\r\n${inside}RCPT TO:<b@example.org>\r\n`)
  expect(await client.reply()).toMatch(/^503 /)
  expect(await client.reply()).toMatch(/^503 /)
})

test('parameters of DSN are handed to the host where they are offered', async () => {
  await using host = await frontServer({ options: { dsn: true } })
  const client = await host.greeted()
  expect(client.received()).toMatch(/^250[- ]DSN\r$/m)
  expect(await client.say('MAIL FROM:<a@example.net> RET=HDRS ENVID=x+2By')).toMatch(/^250 /)
  expect(await client.say('RCPT TO:<b@example.org> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+40example.org')).toMatch(/^250 /)
  expect(await client.say('RCPT TO:<c@example.org> NOTIFY=NEVER,SUCCESS')).toMatch(/^501 /)
  expect(await client.say('DATA')).toMatch(/^354 /)
  expect(await client.say('From: a@example.net\r\n\r\nx\r\n.')).toMatch(/^250 /)
  expect(host.delivered[0]).toMatchObject({
    parameters: { ret: 'HDRS', envid: 'x+2By', utf8: false },
    recipients: [{ forwardPath: 'b@example.org', notify: 'SUCCESS,DELAY', orcpt: 'rfc822;b+40example.org' }],
  })
})

test('W25 an address beyond US-ASCII needs SMTPUTF8', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  expect(await client.say('MAIL FROM:<ä@example.net>')).toMatch(/^550 5\.6\.7 /)
  expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
  expect(await client.say('RCPT TO:<ä@example.org>')).toMatch(/^550 5\.6\.7 /)
  await client.say('RSET')
  expect(await client.say('MAIL FROM:<ä@example.net> SMTPUTF8')).toMatch(/^250 /)
  expect(await client.say('RCPT TO:<ä@example.org>')).toMatch(/^250 /)
})
