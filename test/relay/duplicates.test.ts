/** Relays that are killed again and again under load: clients try again, and no message is lost. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { dnsServer } from '../support/dns-server.ts'
import { full, long } from '../support/full.ts'
import { scratch } from '../support/scratch.ts'
import { sink } from '../support/sink.ts'
import { deliver, letter, messages, relayProcess } from './relay-process.ts'

const kills = full ? 100 : long ? 10 : 1
/** Clients that send one message after another. */
const CLIENTS = 4
/** Milliseconds that a relay lives at most; each lives for another time. */
const LIFE = 4_000

/** Sends until the relay is killed, again and again. @returns the messages that were sent to the end */
async function sendThroughKills(options: readonly string[]): Promise<readonly string[]> {
  const dns = await dnsServer({})
  await using _ = { [Symbol.asyncDispose]: () => dns.close() }
  const args = ['--dns', dns.address, ...options]
  const sent: string[] = []
  const open = Array.from({ length: CLIENTS }, (_, client) => ({ client, next: 0 }))
  for (let round = 0; round <= kills; round += 1) {
    await using relay = await relayProcess(args)
    let isKilled = false
    const send = async (sender: { readonly client: number; next: number }) => {
      while (!isKilled) {
        const id = `c${sender.client}m${sender.next}`
        const reply = await deliver(relay.port, letter(id, 200), undefined, `127.0.${1 + sender.client}.1`)
        if (!reply.startsWith('250')) continue
        sent.push(id)
        sender.next += 1
        if (round === kills) return
      }
    }
    const sending = Promise.all(open.map(send))
    if (round < kills) {
      await sleep(LIFE * (0.2 + 0.8 * ((round * 0.618) % 1)))
      relay.child.kill('SIGKILL')
      isKilled = true
    }
    await sending
  }
  return sent
}

/** @returns how many copies there are beyond the first ones */
function duplicatesIn(found: readonly string[], sent: readonly string[]): number {
  const ids = found.map(message => /Message-ID: <(\S+)@/.exec(message)?.[1] ?? '')
  expect(sent.filter(id => !ids.includes(id))).toEqual([])
  return ids.length - new Set(ids).size
}

test(`K01 a next server has each message after ${kills} kills, and twice at most what was in flight`, async () => {
  await using folder = await scratch()
  await using server = await sink()
  const hop = ['--next-hop', `127.0.0.1:${server.port}`, '--domain', 'example.net', '--maildir', folder.path]
  const sent = await sendThroughKills(hop)
  // RFC 1047: what a server has taken, but not said so yet, must be sent again.
  expect(duplicatesIn(server.messages, sent)).toBeLessThanOrEqual(kills * CLIENTS)
}, 600_000)

test(`K01 a Maildir has fewer than one message of a hundred twice after ${kills} kills`, async () => {
  await using folder = await scratch()
  const sent = await sendThroughKills(['--maildir', folder.path])
  expect(duplicatesIn(await messages(folder.path), sent)).toBeLessThanOrEqual(sent.length / 100)
}, 600_000)
