/** The examples for Postfix: their lines of main.cf, in a real one, before their servers. */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { letter } from '../relay/networks.ts'
import { exampleFolder } from '../support/example.ts'
import { startPostfix } from '../support/postfix.ts'
import { rawClient } from '../support/raw-client.ts'
import { freePort } from '../support/scratch.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { sink } from '../support/sink.ts'

/** The lines of an example's main.cf, with our port in place of the example's. */
async function linesOf(example: string, port: number): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(new URL(`../../examples/${example}/main.cf`, import.meta.url), 'utf8')
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  const pairs = lines.map(line => [line.slice(0, line.indexOf(' = ')), line.slice(line.indexOf(' = ') + 3)] as const)
  return Object.fromEntries(
    pairs.map(([name, value]) => [name, value.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`)]),
  )
}

const examples: readonly (readonly [example: string, port: number, field: RegExp])[] = [
  ['postfix-milter', 8891, /^Authentication-Results: mx\.example\.net;[\s\S]*spf=pass/m],
  ['postfix-policy', 8892, /^X-Spam-Status: No, /m],
]

test.for(examples)(
  '%s: honest mail goes on, strangers may not relay',
  { timeout: INSTALL_TIMEOUT },
  async ([example, usualPort, field]) => {
    const port = await freePort()
    await using folder = await exampleFolder([`${example}/server.ts`], { [usualPort]: port })
    await using server = await folder.start(/ on 127\.0\.0\.1:/, 'server.ts')
    await using nextHop = await sink()
    const settings = await linesOf(example, port)
    await using postfix = await startPostfix({
      nextHop: nextHop.port,
      settings: { smtpd_upstream_proxy_protocol: 'haproxy', ...settings },
    })
    const say = async (lines: readonly string[]): Promise<readonly string[]> => {
      const client = rawClient(postfix.port)
      client.send('PROXY TCP4 192.0.2.7 192.0.2.25 40000 25\r\n')
      const replies = [await client.reply()]
      for (const line of lines) replies.push(await client.say(line))
      client.destroy()
      return replies
    }
    const begin = ['EHLO mx.example.org', 'MAIL FROM:<alice@example.org>']
    const sent = await say([
      ...begin,
      'RCPT TO:<eve@elsewhere.example>',
      'RCPT TO:<bob@example.net>',
      'DATA',
      `${letter}.`,
    ])
    expect(sent.map(reply => reply.slice(0, 3)).slice(-4)).toEqual([
      expect.stringMatching(/^[45]5[04]$/),
      '250',
      '354',
      '250',
    ])
    for (let tries = 0; nextHop.messages.length === 0 && tries < 500; tries += 1) await sleep(20)
    expect(nextHop.messages[0]).toMatch(field)
    await server.end()
    // A policy connection that is open is served to its end.
    if (example === 'postfix-milter')
      expect((await say([...begin, 'RCPT TO:<bob@example.net>'])).some(reply => reply.startsWith('451 4.7.1 '))).toBe(
        true,
      )
  },
)
