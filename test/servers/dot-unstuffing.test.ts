/** Dots in a message, in every cutting of it. */
import { describe, expect, test } from 'vitest'
import { type Setting, served, servers } from '../support/servers.ts'

const cases: readonly (readonly [sent: string, meant: string])[] = [
  ['a\r\n..\r\nb\r\n', 'a\r\n.\r\nb\r\n'],
  ['..\r\n', '.\r\n'],
  ['...x\r\n..\r\n', '..x\r\n.\r\n'],
  ['a..b.\r\n.. .\r\n', 'a..b.\r\n. .\r\n'],
  ['a\r\n\r\n..\r\n\r\n', 'a\r\n\r\n.\r\n\r\n'],
  ['', ''],
]

describe.for(servers)('%s', kind => {
  const serve = (setting?: Setting) => served(kind, setting)

  // RFC 5321 §4.5.2 deletes the first dot of a line whatever follows it; smtp-server only where another dot follows.
  const single = ['.x\r\n', kind === 'own server' ? 'x\r\n' : '.x\r\n'] as const

  test.for([...cases, single])('%j is read as %j, however it is cut', async ([sent, meant]) => {
    await using host = await serve()
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
    await using host = await serve()
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
    const [plain, dots]: readonly [number[], number[]] = [[], []]
    // The code is warm after the first; the least counts.
    for (let turn = 0; turn < 4; turn += 1) {
      plain.push(await send('ab\r\n'))
      dots.push(await send('..\r\n'))
    }
    expect(Math.min(...dots) / Math.min(...plain)).toBeLessThan(3)
  })
})
