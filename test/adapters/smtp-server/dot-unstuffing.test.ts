/** Dots in a message, in every cutting of it. */
import { expect, test } from 'vitest'
import { guardedServer } from '../../support/guarded-server.ts'

const cases: readonly (readonly [sent: string, meant: string])[] = [
  ['a\r\n..\r\nb\r\n', 'a\r\n.\r\nb\r\n'],
  ['..\r\n', '.\r\n'],
  ['...x\r\n..\r\n', '..x\r\n.\r\n'],
  ['a..b.\r\n.. .\r\n', 'a..b.\r\n. .\r\n'],
  ['.x\r\n', '.x\r\n'],
  ['a\r\n\r\n..\r\n\r\n', 'a\r\n\r\n.\r\n\r\n'],
  ['', ''],
]

test.for(cases)('%j is read as %j, however it is cut', async ([sent, meant]) => {
  await using host = await guardedServer()
  const client = await host.greeted()
  const head = 'From: a@example.net\r\n\r\n'
  const whole = `${head}${sent}.\r\n`
  for (let cut = head.length; cut <= whole.length; cut += 1) {
    await client.say('MAIL FROM:<a@example.net>')
    await client.say('RCPT TO:<b@example.org>')
    await client.say('DATA')
    client.send(whole.slice(0, cut))
    await new Promise(resolve => setTimeout(resolve, 3))
    client.send(whole.slice(cut))
    expect(await client.reply()).toMatch(/^250 /)
    expect(host.delivered.at(-1)?.message.endsWith(`\r\n${head}${meant}`)).toBe(true)
  }
})

test('W17 ten megabytes of dots cost at most three times what plain text costs', async () => {
  await using host = await guardedServer()
  const send = async (line: string): Promise<number> => {
    const client = await host.greeted()
    await client.say('MAIL FROM:<a@example.net>')
    await client.say('RCPT TO:<b@example.org>')
    await client.say('DATA')
    const bytes = Buffer.alloc(10 * 1024 ** 2, line)
    const before = process.cpuUsage()
    client.send('From: a@example.net\r\n\r\n')
    client.send(bytes.subarray(0, bytes.length - (bytes.length % line.length)))
    client.send('.\r\n')
    expect(await client.reply()).toMatch(/^250 /)
    const { user, system } = process.cpuUsage(before)
    client.destroy()
    return user + system
  }
  await send('ab\r\n')
  const plain = await send('ab\r\n')
  const dots = await send('..\r\n')
  expect(dots / plain).toBeLessThan(3)
})
