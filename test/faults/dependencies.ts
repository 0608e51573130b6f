/** What the relay depends on, each as the real thing, with a way to spoil it while mail flows. */
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { messages } from '../relay/relay-process.ts'
import { startClamd } from '../support/clamd.ts'
import type { Daemon } from '../support/daemon.ts'
import { dnsServer } from '../support/dns-server.ts'
import { eicar } from '../support/eicar.ts'
import { startRedis } from '../support/redis.ts'
import { scratch } from '../support/scratch.ts'
import { sink } from '../support/sink.ts'
import type { MailOptions } from './mail.ts'
import { type SpoiledWay, tcpProxy, udpProxy, type Way } from './proxy.ts'

export type Fault = Exclude<Way, 'open'> | 'gone'

/** A dependency that runs, and a relay's options that name it. */
export interface Dependency extends AsyncDisposable {
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly become: (way: Fault | 'open') => Promise<void>
  /** Every message that is safe. */
  readonly arrived: () => Promise<readonly string[]>
  /** The next message of the flow. */
  readonly mail?: (count: number) => Partial<MailOptions>
}

export interface Case {
  readonly start: () => Promise<Dependency>
  /** What may be answered while it fails so. What is slow is waited for, unless this says otherwise. */
  readonly answers: Readonly<Partial<Record<Fault, RegExp>>>
  /** What an operator learns of when it is away, and when it is back. @default nothing: each session tells of it */
  readonly told?: { readonly away: RegExp; readonly back: RegExp }
}

/** Names that every message asks about, so that nothing waits where DNS is not what fails. */
const world = { 'client.example.org': { A: ['127.0.0.1'] } } as const
const authentic = { A: ['127.0.0.1'], TXT: ['v=spf1 ip4:127.0.0.1 -all'] }
const DOMAINS = 600

async function into(folder: string): Promise<readonly string[]> {
  return [...(await messages(folder)), ...(await messages(join(folder, '.Junk')))]
}

async function spoil(file: string): Promise<void> {
  const size = await stat(file).then(
    found => found.size,
    () => 0,
  )
  if (size > 0) await writeFile(file, Buffer.alloc(size, 'rubbish '))
}

/** Things that are ended in the order in which they stand. */
const ending = (...things: readonly AsyncDisposable[]) => ({
  [Symbol.asyncDispose]: async () => {
    for (const thing of things) await thing[Symbol.asyncDispose]()
  },
})

/** A server of names that knows every sender, and a Maildir. */
async function household() {
  const folder = await scratch('faults-')
  const names = Object.fromEntries(Array.from({ length: DOMAINS }, (_, index) => [`d${index}.example.org`, authentic]))
  const dns = await dnsServer({ ...world, ...names, 'example.org': authentic })
  const end = { [Symbol.asyncDispose]: () => dns.close() }
  const args = ['--maildir', folder.path, '--dns', dns.address]
  return { folder, dns, args, arrived: () => into(folder.path), ...ending(end, folder) }
}

/** What is gone is the service itself, killed, and started again where it was. */
async function behindProxy(
  home: Awaited<ReturnType<typeof household>>,
  proxy: SpoiledWay,
  service?: AsyncDisposable & Partial<Pick<Daemon, 'kill' | 'start'>>,
) {
  let isGone = false
  const become = async (way: Fault | 'open') => {
    if (isGone) await service?.start?.()
    isGone = way === 'gone'
    if (isGone) await service?.kill?.()
    await proxy.become(way === 'gone' ? 'open' : way)
  }
  return { arrived: home.arrived, become, ...ending(proxy, ...(service ? [service] : []), home) }
}

const CLEAN = /^250 |^550 5\.7\.1 /
const UNKNOWN = /^451 4\.3\.0 /

const STORE = {
  away: /store\/down: the store .*; counts go on in memory/g,
  back: /store\/up: the store answers again/g,
}

function inRedis(faults: readonly Fault[]): Case {
  return {
    // Mail never waits for it.
    answers: Object.fromEntries(faults.map(fault => [fault, /^250 /])),
    told: STORE,
    start: async () => {
      const [home, redis] = await Promise.all([household(), startRedis()])
      const proxy = await tcpProxy(redis.port)
      return {
        ...(await behindProxy(home, proxy, redis)),
        args: [...home.args, '--store', `redis://127.0.0.1:${proxy.port}`],
      }
    },
  }
}

export const cases: Readonly<Record<string, Case>> = {
  DNS: {
    // Of a sender whose domain cannot be asked about nothing is known: he may come again.
    answers: { slow: /^250 |^45[01] /, hang: /^45[01] /, refuse: /^45[01] /, rubbish: /^45[01] /, cut: /^45[01] / },
    start: async () => {
      const home = await household()
      const proxy = await udpProxy(Number(home.dns.address.split(':')[1]))
      return {
        ...(await behindProxy(home, proxy)),
        args: ['--maildir', home.folder.path, '--dns', `127.0.0.1:${proxy.port}`],
        // What was asked before is remembered: each message is from another domain.
        mail: count => ({ from: `a@d${count % DOMAINS}.example.org` }),
      }
    },
  },
  clamd: {
    // Nothing comes in unscanned: what could not be asked about is deferred, and a virus never taken.
    answers: { slow: CLEAN, hang: UNKNOWN, refuse: UNKNOWN, rubbish: UNKNOWN, cut: UNKNOWN, gone: UNKNOWN },
    start: async () => {
      const [home, clamd] = await Promise.all([household(), startClamd()])
      const proxy = await tcpProxy(clamd.port)
      return {
        ...(await behindProxy(home, proxy, clamd)),
        args: [...home.args, '--clamd', `127.0.0.1:${proxy.port}`],
        mail: count => (count % 4 === 0 ? { id: `virus${count}`, text: eicar.toString('latin1') } : {}),
      }
    },
  },
  // A service that fails again and again is asked less and less often: each has its own relay.
  'a store in Redis that is slow or hangs': inRedis(['slow', 'hang']),
  'a store in Redis that refuses or is cut off': inRedis(['refuse', 'cut']),
  'a store in Redis that speaks rubbish or is killed': inRedis(['rubbish', 'gone']),
  'a store in SQLite': {
    answers: { hang: /^250 /, gone: /^250 /, rubbish: /^250 / },
    told: STORE,
    start: async () => {
      const home = await household()
      const file = join(home.folder.path, 'store.db')
      let holder: DatabaseSync | undefined
      const release = () => {
        holder?.exec('ROLLBACK')
        holder?.close()
        holder = undefined
      }
      return {
        args: [...home.args, '--store', file],
        arrived: home.arrived,
        become: async way => {
          release()
          if (way === 'gone') for (const part of ['', '-wal', '-shm']) await rm(`${file}${part}`, { force: true })
          if (way === 'rubbish') for (const part of ['', '-wal']) await spoil(`${file}${part}`)
          if (way === 'hang') {
            holder = new DatabaseSync(file)
            holder.exec('BEGIN IMMEDIATE')
          }
        },
        [Symbol.asyncDispose]: async () => {
          release()
          await home[Symbol.asyncDispose]()
        },
      }
    },
  },
  'the next hop': {
    answers: {
      slow: /^250 /,
      hang: /^451 4\.4\.[12] /,
      refuse: /^451 4\.4\.[12] /,
      rubbish: /^451 4\.4\.[12] /,
      cut: /^451 4\.4\.[12] /,
    },
    start: async () => {
      const [home, server] = await Promise.all([household(), sink()])
      const proxy = await tcpProxy(server.port)
      return {
        ...(await behindProxy(home, proxy, server)),
        args: [...home.args, '--domain', 'example.net', '--next-hop', `127.0.0.1:${proxy.port}`],
        arrived: async () => server.messages,
      }
    },
  },
  'the Maildir': {
    answers: { gone: /^45[12] 4\.3\.[01] / },
    start: async () => {
      const home = await household()
      const place = join(home.folder.path, 'mail')
      const away = join(home.folder.path, 'away')
      return {
        args: ['--maildir', place, '--dns', home.dns.address],
        arrived: () => into(place),
        become: way => (way === 'gone' ? rename(place, away) : rename(away, place)),
        ...ending(home),
      }
    },
  },
  'the folder for temporary files': {
    answers: { gone: /^452 4\.3\.1 / },
    start: async () => {
      const home = await household()
      const temporary = await scratch('faults-tmp-')
      const away = `${temporary.path}-away`
      return {
        args: home.args,
        environment: { TMPDIR: temporary.path },
        arrived: home.arrived,
        // Larger than what is kept in memory.
        mail: () => ({ lines: 25_000 }),
        become: way => (way === 'gone' ? rename(temporary.path, away) : rename(away, temporary.path)),
        ...ending(home, temporary),
      }
    },
  },
}
