/** Honest mail hour after hour, with every kind of hostile traffic among it: what the relay holds must not grow. */
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dnsServer } from '../support/dns-server.ts'
import { scratch } from '../support/scratch.ts'
import type { Holdings } from './holdings.ts'
import { attack, attacks } from './hostile.ts'
import { answersOf, flow, type Sent, wrongs } from './mail.ts'
import { consoleConfig, HELD_SENDER, type Visit, visitConsole } from './soak-console.ts'
import { type WatchedRelay, watchedRelay } from './watched-relay.ts'

export interface SoakOptions {
  readonly seconds: number
  /** Honest messages a second. @default 10 */
  readonly rate?: number
  /** With history, quarantine and console, a visitor of the console, and messages that are held. @default false */
  readonly console?: boolean
  /** Receives each sample. @default none */
  readonly tell?: (sample: Sample) => void
}

export interface Sample extends Holdings {
  /** Seconds since the beginning. */
  readonly at: number
  /** What the management process held at the same time. */
  readonly management?: Holdings
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
  /** What the visitor of the console did. */
  readonly visit?: Visit
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
/** With a console, one message of so many is held. */
const HELD = 20

/** Runs a relay under it, and hands it to `look` before it ends. */
export async function soak<T>(
  { seconds, rate = 10, console: withConsole = false, tell = () => undefined }: SoakOptions,
  look: (soaked: Soaked) => Promise<T>,
): Promise<T> {
  await using folder = await scratch('soak-')
  const dns = await dnsServer(names)
  await using _closed = { [Symbol.asyncDispose]: () => dns.close() }
  const store = join(folder.path, 'store.db')
  const args = ['--maildir', folder.path, '--dns', dns.address, '--store', store, '--greylist']
  const visited = withConsole ? await consoleConfig(folder.path) : undefined
  await using relay = await watchedRelay([...args, ...(visited?.args ?? [])], withConsole ? { probe: folder.path } : {})
  const { port } = relay
  const safe: string[] = []
  const samples: Sample[] = []

  // Whatever is loaded and compiled once is there before it is measured: each attack, and honest mail.
  for (const [place, play] of Object.values(attacks).entries()) await attack(port, play, `127.77.0.${place + 1}`)
  const mails = flow(count => {
    const isHeld = withConsole && count % HELD === 0
    const of = isHeld ? { id: `h${count}`, from: HELD_SENDER } : { id: `s${count}` }
    return { ...of, port, client: addressOf(count), helo: nameOf(count) }
  }, 1_000 / rate)
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
      await sleep(Math.max(0, (Math.min((next * seconds) / samplesOf(seconds), seconds) - passed()) * 1_000))
      const management = withConsole ? { management: await relay.ofManagement() } : {}
      const sample = { at: passed(), ...(await relay.holdings()), ...management }
      samples.push(sample)
      tell(sample)
      safe.push(...(await messageIds(folder.path)))
    }
  }
  const isOver = () => passed() >= seconds
  const visiting = visited && visitConsole(visited.origin, () => relay.notices().join(''), isOver)
  const [visit] = await Promise.all([visiting, hostile(), observe()])
  const sent: readonly Sent[] = await mails.end()
  safe.push(...(await messageIds(folder.path)))
  return await look({
    relay,
    before,
    samples,
    answers: answersOf(sent),
    wrongs: [...wrongs(sent.filter(isPassed), safe.filter(isHonest)), ...wrongReleases(visit, safe)],
    attacks: played,
    ...(visit && { visit }),
  })
}

/** Each half minute, and twenty at least. */
const samplesOf = (seconds: number): number => Math.max(20, Math.floor(seconds / 30))
const isPassed = ({ id }: Sent): boolean => id.startsWith('s')
const isHonest = (message: string): boolean => message.includes('Message-ID: <s')

/** What was held is there when it was released, once, and only then. */
function wrongReleases(visit: Visit | undefined, arrived: readonly string[]): readonly string[] {
  const found = arrived.flatMap(message => /Message-ID: <(h\d+)@/.exec(message)?.[1] ?? []).toSorted()
  const released = (visit?.released ?? []).toSorted()
  return found.join() === released.join() ? [] : [`released ${released.join()}, and there are ${found.join()}`]
}

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
export function slope(samples: readonly Measured[], of: 'heap' | 'rss'): number {
  const late = samples.slice(Math.floor(samples.length / 3))
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [time, size] = [mean(late.map(({ at }) => at)), mean(late.map(sample => sample[of]))]
  const products = late.reduce((sum, sample) => sum + (sample.at - time) * (sample[of] - size), 0)
  const squares = late.reduce((sum, { at }) => sum + (at - time) ** 2, 0)
  return squares === 0 ? 0 : (products / squares) * 60
}

export type Measured = Pick<Holdings, 'heap' | 'rss' | 'descriptors'> & Pick<Sample, 'at'>
