/** A virus in a message whose first lines hide from libclamav that it is mail, sent to a relay with a real clamd. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { begin, deliver, letter, messages, relayProcess, stuffed } from '../relay/relay-process.ts'
import { startClamd } from '../support/clamd.ts'
import { dnsServer } from '../support/dns-server.ts'
import { eicar } from '../support/eicar.ts'
import { scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'

/** Mails of the honest client while the attackers send. */
const MAILS = 6
const zone = {
  'example.org': {
    TXT: [['v=spf1 ip4:127.0.0.0/8 -all']],
    MX: [{ priority: 10, exchange: 'client.example.org' }],
  },
  'client.example.org': { A: ['127.0.0.1'] },
  '1.0.0.127.in-addr.arpa': { PTR: ['client.example.org'] },
} as const

const plain = [
  'From: a@example.org',
  'To: b@example.net',
  'Subject: the order',
  'Date: Mon, 23 Nov 2026 11:00:00 +0000',
  'Message-ID: <1@example.org>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: application/octet-stream; name=order.bin',
  'Content-Transfer-Encoding: base64',
  '',
  eicar.toString('base64'),
  '--b--',
  '',
].join('\r\n')

/** Names that are cased, separated or preceded in another way. */
const names = /^([A-Z][A-Za-z-]*): /gm
const attacks: Readonly<Record<string, string>> = {
  'as it is': plain,
  'no blank behind the colons': plain.replace(names, '$1:'),
  'tabs behind the colons': plain.replace(names, '$1:\t'),
  'folded behind the colons': plain.replace(names, '$1:\r\n '),
  'names in small letters': plain.replace(names, (_, name: string) => `${name.toLowerCase()}: `),
  'names in capitals': plain.replace(names, (_, name: string) => `${name.toUpperCase()}: `),
  'an unknown field first': `Zebra: 1\r\n${plain}`,
  'an unknown field first, and no blanks': `zebra:1\r\n${plain.replace(names, '$1:')}`,
  'two kilobytes of fields first': `${`X-Fill:${'z'.repeat(70)}\r\n`.repeat(30)}${plain.replace(names, '$1:')}`,
}

test('D03 a virus behind fields that clamd reads as no mail is refused, while honest mail is delivered', {
  timeout: 120_000 + INSTALL_TIMEOUT,
}, async () => {
  await using folder = await scratch()
  const clamd = await startClamd()
  const dns = await dnsServer(zone)
  await using _ = {
    [Symbol.asyncDispose]: async () => {
      await clamd.stop()
      await dns.close()
    },
  }
  await using relay = await relayProcess([
    ...['--maildir', folder.path, '--domain', 'example.net', '--enforce', '--dns', dns.address],
    ...['--clamd', clamd.socket, '--name', 'mx.example', '--trusted-network', 'none'],
  ])
  const replies: (readonly [name: string, reply: string])[] = []
  const over = new AbortController()
  const attack = async ([name, text]: readonly [string, string], index: number) => {
    do {
      const client = await begin(relay.port, { from: `127.9.${index}.1` })
      client.send(Buffer.from(stuffed(text), 'latin1'))
      replies.push([name, await client.reply()])
      client.destroy()
      await sleep(50)
    } while (!over.signal.aborted)
  }
  const attacking = Promise.all(Object.entries(attacks).map(attack))
  const honest: string[] = []
  for (let mail = 0; mail < MAILS; mail += 1) honest.push(await deliver(relay.port, letter(`honest${mail}`)))
  over.abort()
  await attacking
  expect(honest.map(reply => reply.slice(0, 4))).toEqual(Array.from({ length: MAILS }, () => '250 '))
  expect(new Set(replies.map(([name]) => name)).size).toBe(Object.keys(attacks).length)
  expect(replies.filter(([, reply]) => !/^550 5\.7\.1 Message contains malware/.test(reply))).toEqual([])
  expect((await messages(folder.path)).filter(text => text.includes('the order'))).toEqual([])
})
