/** Honest mail hour after hour, with every kind of hostile traffic among it: what the relay holds must not grow. */
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dnsServer } from '../support/dns-server.ts'
import { scratch } from '../support/scratch.ts'
import { attack, attacks } from './hostile.ts'
import { answersOf, flow, type Sent, wrongs } from './mail.ts'
import type { Holdings } from './relay-child.ts'
import { type WatchedRelay, watchedRelay } from './watched-relay.ts'

export interface SoakOptions {
  readonly seconds: number
  /** Honest messages a second. @default 10 */
  readonly rate?: number
  /** Receives each sample. @default none */
  readonly tell?: (sample: Sample) => void
}

export interface Sample extends Holdings {
  /** Seconds since the beginning. */
  readonly at: number
}

export interface Soaked {
  readonly relay: WatchedRelay
  /** What it held when it had been used a little. */
  readonly before: Holdings
  readonly samples: readonly Sample[]
  readonly answers: Readonly<Record<string, number>>
  /** What was lost, doubled or cut short. */
  readonly wrongs: readonly string[]
  readonly attacks: number
}

const CLIENTS = 200
const addressOf = (count: number): string => `127.64.${count % CLIENTS}.1`
const nameOf = (count: number): string => `c${count % CLIENTS}.example.org`

/** Everybody honest has a name that is confirmed, and may send. */
const names = Object.fromEntries([
  ['example.org', { A: ['127.0.0.1'], TXT: ['v=spf1 ip4:127.64.0.0/16 -all'] }],
  ...Array.from({ length: CLIENTS }, (_, count) => [nameOf(count), { A: [addressOf(count)] }] as const),
  ...Array.from(
    { length: CLIENTS },
    (_, count) => [`1.${count}.64.127.in-addr.arpa`, { PTR: [nameOf(count)] }] as const,
  ),
])
/** At least so much of the traffic is hostile; a short run plays every kind once. */
const HOSTILE = 0.01
const WARM_UP = 4_000

/** Runs a relay under it, and hands it to `look` before it ends. */
export async function soak<T>(
  { seconds, rate = 10, tell = () => undefined }: SoakOptions,
  look: (soaked: Soaked) => Promise<T>,
): Promise<T> {
  await using folder = await scratch('soak-')
  const dns = await dnsServer(names)
  await using _closed = { [Symbol.asyncDispose]: () => dns.close() }
  const store = join(folder.path, 'store.db')
  const args = ['--maildir', folder.path, '--dns', dns.address, '--store', store, '--greylist']
  await using relay = await watchedRelay(args)
  const { port } = relay
  const safe: string[] = []
  const samples: Sample[] = []

  // Whatever is loaded and compiled once is there before it is measured: each attack, and honest mail.
  for (const [place, play] of Object.values(attacks).entries()) await attack(port, play, `127.77.0.${place + 1}`)
  const mails = flow(count => ({ port, id: `s${count}`, client: addressOf(count), helo: nameOf(count) }), 1_000 / rate)
  await sleep(Math.min(WARM_UP, seconds * 200))
  const before = await relay.holdings()
  const began = performance.now()
  const passed = () => (performance.now() - began) / 1_000

  let played = 0
  const hostile = async () => {
    const kinds = Object.values(attacks)
    const pause = Math.min(seconds / (kinds.length + 1), 1 / (rate * HOSTILE)) * 1_000
    const underWay = new Set<Promise<void>>()
    for (; passed() < seconds; await sleep(pause)) {
      const play = kinds[played % kinds.length]
      played += 1
      if (play === undefined) continue
      const one = attack(port, play, `127.96.${played % 200}.1`).finally(() => underWay.delete(one))
      underWay.add(one)
    }
    await Promise.all(underWay)
  }
  const observe = async () => {
    for (let next = 1; passed() < seconds; next += 1) {
      await sleep(Math.max(0, (Math.min((next * seconds) / MAX_SAMPLES, seconds) - passed()) * 1_000))
      const sample = { at: passed(), ...(await relay.holdings()) }
      samples.push(sample)
      tell(sample)
      safe.push(...(await messageIds(folder.path)))
    }
  }
  await Promise.all([hostile(), observe()])
  const sent: readonly Sent[] = await mails.end()
  safe.push(...(await messageIds(folder.path)))
  return await look({
    relay,
    before,
    samples,
    answers: answersOf(sent),
    wrongs: wrongs(sent, safe.filter(isHonest)),
    attacks: played,
  })
}

const MAX_SAMPLES = 20
const isHonest = (message: string): boolean => message.includes('Message-ID: <s')

/** Takes what was delivered out of the Maildir. */
async function messageIds(folder: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const box of [folder, join(folder, '.Junk')]) {
    for (const name of await readdir(join(box, 'new'))) {
      const file = join(box, 'new', name)
      found.push(await readFile(file, 'latin1'))
      await rm(file)
    }
  }
  return found
}

/** Bytes a minute by which it grows, of all samples but the first third (least squares). */
export function slope(samples: readonly Sample[], of: 'heap' | 'rss'): number {
  const late = samples.slice(Math.floor(samples.length / 3))
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [time, size] = [mean(late.map(({ at }) => at)), mean(late.map(sample => sample[of]))]
  const products = late.reduce((sum, sample) => sum + (sample.at - time) * (sample[of] - size), 0)
  const squares = late.reduce((sum, { at }) => sum + (at - time) ** 2, 0)
  return squares === 0 ? 0 : (products / squares) * 60
}
