/** What an accepted message costs the server, by kind of message: DNS cached, a connection for each message. */
import { atOnce, sendMessage } from './client.ts'
import { type Host, ownHost } from './hosts.ts'
import { type Kind, kinds } from './messages.ts'
import { type Cost, compare, type Effort } from './rounds.ts'
import type { Variant } from './server.ts'
import { senders, signedMessage } from './world.ts'

/** The baseline is the first. */
export const ours: readonly Variant[] = [
  'smtp-server',
  'smtp-server + mailauth',
  'guard: no filter',
  'guard: recommended',
  'guard: first example',
  'guard: all stateful filters',
  'postern/smtp: recommended',
  'postern/smtp: first example',
]

const TOGETHER = 60

const EFFORT: Readonly<Record<Kind, Effort>> = {
  'plain, 2 KB': { rounds: 7, count: 240, warmUp: 1_200 },
  'text and HTML, 5 KB': { rounds: 7, count: 240, warmUp: 600 },
  'newsletter, 50 KB': { rounds: 7, count: 120, warmUp: 240 },
  'with attachments, 300 KB': { rounds: 5, count: 60, warmUp: 60 },
}
const QUICK: Effort = { rounds: 1, count: 60, warmUp: 60 }

export interface AcceptCosts {
  readonly kind: Kind
  readonly costs: readonly Cost[]
}

/** Messages of each kind to all hosts, from as many senders as there are. */
export async function acceptCosts(hosts: readonly Host[], quick: boolean): Promise<readonly AcceptCosts[]> {
  const results: AcceptCosts[] = []
  for (const kind of kinds) {
    const messages = await Promise.all(senders.map(sender => signedMessage(sender, kind)))
    const send = async (host: Host, index: number): Promise<void> => {
      const [sender, message] = [senders[index % senders.length], messages[index % messages.length]]
      if (!sender || !message) return
      await sendMessage(host.port, sender, message).catch((error: Error) => {
        throw new Error(`${host.name}, ${kind}, from ${sender.domain}: ${error.message}`)
      })
    }
    const costs = await compare(hosts, quick ? QUICK : EFFORT[kind], (host, count) =>
      atOnce(count, TOGETHER, index => send(host, index)),
    )
    results.push({ kind, costs })
  }
  return results
}

export const ownHosts = (variants: readonly Variant[], dns: string) =>
  Promise.all(variants.map(variant => ownHost(variant, dns)))
