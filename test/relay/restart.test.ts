/** One relay takes over from another on the same port while mail comes in: nothing is lost, and no mail is refused. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { rawClient } from '../support/raw-client.ts'
import { freePort, scratch } from '../support/scratch.ts'
import { sink } from '../support/sink.ts'
import { letter, messages, type RelayProcess, relayProcess, stuffed } from './relay-process.ts'

/** How one try ended: what the relay said last, or nothing where it was not there or hung up. */
async function attempt(port: number, id: string): Promise<string> {
  const client = rawClient(port)
  try {
    let said = await client.reply()
    for (const line of ['EHLO client.example.org', 'MAIL FROM:<a@example.org>', 'RCPT TO:<b@example.net>', 'DATA']) {
      if (!/^[23]/.test(said)) return said
      // Slow enough that a restart meets transactions in all their phases.
      await sleep(10)
      said = await client.say(line)
    }
    if (!said.startsWith('354')) return said
    const bytes = Buffer.from(stuffed(letter(id, 200)), 'latin1')
    client.send(bytes.subarray(0, 1_000))
    await sleep(20)
    client.send(bytes.subarray(1_000))
    return await client.reply()
  } finally {
    client.destroy()
  }
}

/** Tries until it is taken, as an honest sender does. @returns every reply meanwhile */
async function insist(port: number, id: string): Promise<readonly string[]> {
  const received: string[] = []
  for (let tries = 0; tries < 200; tries += 1) {
    const said = await attempt(port, id)
    received.push(said)
    if (said.startsWith('250')) return received
    await sleep(50)
  }
  return received
}

const places: Readonly<Record<string, (port: number) => readonly string[]>> = {
  'into a Maildir': () => [],
  'to the next server': (port: number) => ['--next-hop', `127.0.0.1:${port}`, '--domain', 'example.net'],
}

test.for(Object.entries(places))(
  'K04 two restarts under load, %s: loss 0, and only 421 is refused',
  { timeout: 60_000 },
  async ([, hop]) => {
    await using folder = await scratch()
    await using next = await sink()
    const args = ['--listen', `127.0.0.1:${await freePort()}`, '--maildir', folder.path, ...hop(next.port)]
    let relay: RelayProcess = await relayProcess(args)
    const { port } = relay
    try {
      const load = Array.from({ length: 90 }, async (_, index) => {
        await sleep(index * 15)
        return await insist(port, `k${index}`)
      })
      for (const wait of [250, 400]) {
        await sleep(wait)
        relay.child.kill('SIGTERM')
        // The old one still ends its transactions when the new one takes the port.
        const later = await started(args)
        expect(await relay.ended).toEqual([0, null])
        relay = later
      }
      const received = await Promise.all(load)
      expect(received.filter(replies => !replies.at(-1)?.startsWith('250'))).toEqual([])
      expect(received.flat().filter(reply => !/^(?:250|421|closed)/.test(reply))).toEqual([])
      const found = [...(await messages(folder.path)), ...next.messages]
      const arrived = found.map(message => /Message-ID: <(k\d+)@/.exec(message)?.[1])
      expect(new Set(arrived).size).toBe(90)
      expect(arrived).toHaveLength(90)
    } finally {
      await relay[Symbol.asyncDispose]()
    }
  },
)

/** Until the old one has let go of the port, the new one cannot start. */
async function started(args: readonly string[]): Promise<RelayProcess> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await relayProcess(args)
    } catch (error) {
      if (tries >= 20) throw error
    }
  }
}
