/** How long the first message of an unknown organisation takes when DNS is slow, and what is asked for it. */
import { sendMessage } from './client.ts'
import { dnsProcess, type Host, ownHost } from './hosts.ts'
import { median } from './rounds.ts'
import type { Variant } from './server.ts'
import { freshSenders, type Sender, senders, signedMessage } from './world.ts'

/** Milliseconds of each answer, as of an authoritative server that is far away. */
export const DNS_DELAY = 50

const coldVariants: readonly Variant[] = [
  'smtp-server',
  'smtp-server + mailauth',
  'guard: recommended',
  'guard: first example',
  'postern/smtp: first example',
]

export interface ColdCost {
  readonly name: string
  /** Milliseconds, medians: all of the dialogue, beyond the first host's, and to the greeting. */
  readonly total: number
  readonly beyond: number
  readonly greeting: number
  /** Questions for one message. */
  readonly questions: number
  /** Milliseconds beyond the first host's when the same organisation writes again. */
  readonly again: number
}

/** Messages come one after another: what is measured is waiting, not work. */
export async function coldCosts(
  peers: (dns: string) => Promise<readonly Host[]>,
  quick: boolean,
): Promise<readonly ColdCost[]> {
  await using dns = await dnsProcess(DNS_DELAY)
  await using stack = new AsyncDisposableStack()
  const hosts: Host[] = []
  for (const variant of coldVariants) hosts.push(stack.use(await ownHost(variant, dns.address)))
  for (const host of await peers(dns.address)) hosts.push(stack.use(host))
  const unknown = quick ? freshSenders.slice(0, 5) : freshSenders.slice(0, 20)
  const results: ColdCost[] = []
  for (const host of hosts) {
    // Code is compiled before, and everything about the names that all messages share is asked.
    for (const sender of senders.slice(0, quick ? 5 : 20)) await send(host, sender)
    await dns.questions()
    const first = await all(host, unknown)
    const questions = (await dns.questions()) / unknown.length
    const again = await all(host, unknown)
    const total = median(first.map(waited => waited.total))
    const [bare] = results
    results.push({
      name: host.name,
      total,
      beyond: total - (bare?.total ?? total),
      greeting: median(first.map(({ greeting }) => greeting)),
      questions,
      again: median(again.map(waited => waited.total)) - (bare?.total ?? total),
    })
  }
  return results
}

const all = async (host: Host, from: readonly Sender[]) => {
  const waited: Awaited<ReturnType<typeof sendMessage>>[] = []
  for (const sender of from) waited.push(await send(host, sender))
  return waited
}

const send = async (host: Host, sender: Sender) =>
  await sendMessage(host.port, sender, await signedMessage(sender, 'text and HTML, 5 KB'))
