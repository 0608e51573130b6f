/**
 * What postern costs inside smtp-server: CPU of the server's process for messages and refusals, memory of open
 * sessions.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { recordOf, rsa } from '../test/facts/dkim/signer.ts'
import type { Spent, Variant } from './host-server.ts'

const names = {
  'example.net': { MX: [{ exchange: 'mx.example.net', priority: 1 }], TXT: ['v=spf1 ip4:127.0.0.1 -all'] },
  'mx.example.net': { A: '127.0.0.1' },
  '1.0.0.127.in-addr.arpa': { PTR: 'mx.example.net' },
  '_dmarc.example.net': { TXT: ['v=DMARC1; p=reject'] },
  'rsa._domainkey.example.net': { TXT: [recordOf(rsa.publicKey)] },
}

interface Host {
  readonly variant: Variant
  readonly port: number
  readonly ask: (what: 'cpu' | 'memory') => Promise<Spent>
  readonly stop: () => void
}

async function start(variant: Variant): Promise<Host> {
  const execArgv = ['--expose-gc', '--disable-warning=ExperimentalWarning']
  const child: ChildProcess = fork(new URL('./host-server.ts', import.meta.url), { execArgv })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the server "${variant}" has ended with ${code}`)
  })
  ended.catch(() => undefined)
  const answer = async <T>(message: object | string): Promise<T> => {
    child.send(message)
    const [said] = (await Promise.race([once(child, 'message'), ended])) as [T]
    return said
  }
  const { port } = await answer<{ readonly port: number }>({ variant, names })
  return { variant, port, ask: what => answer(what), stop: () => child.kill() }
}

async function withHosts<T>(variants: readonly Variant[], work: (hosts: readonly Host[]) => Promise<T>): Promise<T> {
  const hosts = await Promise.all(variants.map(start))
  try {
    return await work(hosts)
  } finally {
    for (const host of hosts) host.stop()
  }
}

interface Client {
  readonly socket: Socket
  /** Settles when the last line of a reply has come; '' when the server has hung up. */
  readonly reply: () => Promise<string>
}

function client(port: number): Client {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const replies: string[] = []
  let wake: ((reply: string) => void) | undefined
  let rest = ''
  const onReply = (reply: string): void => {
    const waits = wake
    wake = undefined
    if (waits) waits(reply)
    else replies.push(reply)
  }
  socket.setEncoding('latin1')
  socket.on('error', () => undefined)
  socket.on('close', () => onReply(''))
  socket.on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line[3] === ' ') onReply(line)
  })
  return {
    socket,
    reply: () => {
      const ready = replies.shift()
      if (ready !== undefined) return Promise.resolve(ready)
      return new Promise(resolve => {
        wake = resolve
      })
    },
  }
}

const expecting = async (made: Client, code: string): Promise<void> => {
  const reply = await made.reply()
  if (!reply.startsWith(code)) throw new Error(`the reply was to be ${code}, and it was ${reply}`)
}

async function greeted(port: number): Promise<Client> {
  const made = client(port)
  await expecting(made, '220')
  made.socket.write('EHLO mx.example.net\r\n')
  await expecting(made, '250')
  return made
}

async function send(made: Client, message: Buffer): Promise<void> {
  made.socket.write('MAIL FROM:<alice@example.net>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n')
  for (const code of ['250', '250', '354']) await expecting(made, code)
  made.socket.write(message)
  await expecting(made, '250')
}

async function quit({ socket }: Client): Promise<void> {
  socket.end('QUIT\r\n')
  await once(socket, 'close')
}

/** A signed message with the end of its data, ready to be sent. */
async function messageOf(size: number): Promise<Buffer> {
  const line = `${'Some words of a body that is neither long nor short, and then some more'.slice(0, 70)}\r\n`
  const head = ['From: Alice <alice@example.net>', 'To: bob@example.org', 'Date: Mon, 23 Nov 2026 10:00:00 +0000']
  const rest = ['Message-ID: <1@example.net>', 'Subject: A message', '', line.repeat(Math.floor(size / line.length))]
  const text = [...head, ...rest].join('\r\n')
  const privateKey = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const signer = { signingDomain: 'example.net', selector: 'rsa', privateKey }
  const { signatures } = await dkimSign(text, { ...signer, signatureData: [signer] })
  return Buffer.from(`${signatures}${text}.\r\n`)
}

/** `count` runs of `work`, so many at a time. */
async function side(count: number, atOnce: number, work: () => Promise<void>): Promise<void> {
  let left = count
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      await work()
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, atOnce) }, worker))
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** The mean of the three least. */
const least = (values: readonly number[]): number =>
  values
    .toSorted((a, b) => a - b)
    .slice(0, 3)
    .reduce((sum, value) => sum + value / Math.min(3, values.length), 0)

export interface HostCost {
  readonly variant: Variant
  /** Milliseconds of CPU of the server's process for each message or connection: the median of the rounds. */
  readonly each: number
  /** To the first variant of the same round: the median of the rounds. */
  readonly ratio: number
  /** The same for the three least rounds of each: what is left when the rest of the machine is quiet. */
  readonly quiet: number
}

/** The variants in turn, round after round, so that a noise of the machine falls upon all of them. */
async function compare(
  variants: readonly Variant[],
  { rounds, count, warm }: { readonly rounds: number; readonly count: number; readonly warm: number },
  work: (port: number, count: number) => Promise<void>,
): Promise<readonly HostCost[]> {
  return await withHosts(variants, async hosts => {
    // A server that has just begun pays for its compiler.
    for (const { port } of hosts) await work(port, warm)
    const all: number[][] = []
    for (let round = 0; round < rounds; round += 1) {
      const costs: number[] = []
      for (const { ask, port } of hosts) {
        const before = await ask('cpu')
        await work(port, count)
        costs.push(((await ask('cpu')).cpu - before.cpu) / count)
      }
      all.push(costs)
    }
    const of = (index: number): readonly number[] => all.map(costs => costs[index] ?? Number.NaN)
    return hosts.map(({ variant }, index) => ({
      variant,
      each: median(of(index)),
      ratio: median(all.map(costs => (costs[index] ?? Number.NaN) / (costs[0] ?? Number.NaN))),
      quiet: least(of(index)) / least(of(0)),
    }))
  })
}

export interface Effort {
  /** Fewer rounds of fewer messages: to see that all works, not to quote. @default false */
  readonly quick?: boolean
}

export interface AcceptCost {
  readonly message: string
  readonly costs: readonly HostCost[]
}

/** (a) Accept and discard: 5 KB and 50 KB, a connection for each message and one for many. */
export async function acceptCosts(
  { quick = false }: Effort = {},
  variants: readonly Variant[] = ['bare', 'empty gateway', 'recommended'],
): Promise<readonly AcceptCost[]> {
  const effort = quick ? { rounds: 3, count: 160, warm: 160 } : { rounds: 20, count: 160, warm: 2_400 }
  const results: AcceptCost[] = []
  for (const [name, size] of [
    ['5 KB', 5_000],
    ['50 KB', 50_000],
  ] as const) {
    const message = await messageOf(size)
    const one = (port: number, count: number) =>
      side(count, 40, async () => {
        const made = await greeted(port)
        await send(made, message)
        await quit(made)
      })
    const many = async (port: number, count: number) => {
      // No session may ask more than a thousand questions of DNS, which `recommended` does with each message.
      const each = Math.min(50, Math.ceil(count / 8))
      await side(Math.ceil(count / each), 8, async () => {
        const made = await greeted(port)
        for (let index = 0; index < each; index += 1) await send(made, message)
        await quit(made)
      })
    }
    results.push({ message: `${name}, one connection each`, costs: await compare(variants, effort, one) })
    results.push({ message: `${name}, connections reused`, costs: await compare(variants, effort, many) })
  }
  return results
}

/** (b) A client that is refused as soon as it connects. */
export async function refusalCosts(
  { quick = false }: Effort = {},
  variants: readonly Variant[] = [
    'plain net.Server, 554',
    'plain net.Server, 554 and closed at once',
    'onConnect, 554',
    'guard, 554',
    'protect, 554',
    'protect, recently refused',
  ],
): Promise<readonly HostCost[]> {
  const refused = (port: number, count: number) =>
    side(count, 100, async () => {
      const made = client(port)
      await expecting(made, '554')
      await once(made.socket, 'close')
    })
  const effort = quick ? { rounds: 3, count: 300, warm: 300 } : { rounds: 30, count: 300, warm: 4_000 }
  return await compare(variants, effort, refused)
}

export interface SessionCost {
  readonly variant: Variant
  /** Bytes for each session beyond those of the bare server: what JavaScript holds, and what the process grows by. */
  readonly held: number
  readonly resident: number
}

/** (e) Sessions that have said EHLO, and then nothing. */
export async function sessionCosts(
  sessions = 1_000,
  variants: readonly Variant[] = ['bare', 'empty gateway', 'recommended'],
): Promise<readonly SessionCost[]> {
  return await withHosts(variants, async hosts => {
    const costs: SessionCost[] = []
    for (const { variant, ask, port } of hosts) {
      // What is loaded and made once is no session's.
      const warm = await Promise.all(Array.from({ length: 100 }, () => greeted(port)))
      await Promise.all(warm.map(quit))
      const before = await ask('memory')
      const open = await Promise.all(Array.from({ length: sessions }, () => greeted(port)))
      const after = await ask('memory')
      for (const { socket } of open) socket.destroy()
      const held = (after.held - before.held) / sessions
      costs.push({ variant, held, resident: (after.resident - before.resident) / sessions })
    }
    return costs
  })
}

/** For one line: `bare 0.340 (1.00) · empty gateway 0.374 (1.10)`. */
export const ratios = (costs: readonly HostCost[]): string =>
  costs
    .map(
      ({ variant, each, ratio, quiet }) => `${variant} ${each.toFixed(3)} (${ratio.toFixed(2)}, ${quiet.toFixed(2)})`,
    )
    .join(' · ')
