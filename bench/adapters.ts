/**
 * What each adapter costs: `npm run bench:adapters`, or `npm run bench:adapters -- --quick` to see that it works. The
 * same messages for all in one run, in turn, so that a noise of the machine falls upon all of them: read the ratios.
 */
import { request } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import type { Gateway } from '../src/index.ts'
import { recordOf, rsa } from '../test/facts/dkim/signer.ts'
import { dnsServer } from '../test/support/dns-server.ts'
import { cpuOf, type Host, harakaWith, postfixBefore, startAdapter, startRspamd } from './adapters-hosts.ts'
import { gatewayFor } from './adapters-server.ts'

/** What DNS says of the sender. All else is answered at once: there is no such name. */
const names = {
  'example.org': { MX: [{ exchange: 'mx.example.org', priority: 1 }], TXT: ['v=spf1 ip4:192.0.2.7 -all'] },
  'mx.example.org': { A: '192.0.2.7' },
  '7.2.0.192.in-addr.arpa': { PTR: 'mx.example.org' },
  '_dmarc.example.org': { TXT: ['v=DMARC1; p=reject'] },
  'rsa._domainkey.example.org': { TXT: [recordOf(rsa.publicKey)] },
}

type Send = (port: number, message: Buffer) => Promise<void>

/** One connection and one message, from 192.0.2.7. */
const bySmtp: Send = (port, message) =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const steps: (readonly [expected: string, said: string | Buffer])[] = [
      ['220', 'EHLO mx.example.org\r\n'],
      ['250', 'MAIL FROM:<alice@example.org>\r\n'],
      ['250', 'RCPT TO:<bob@example.net>\r\n'],
      ['250', 'DATA\r\n'],
      ['354', message],
      ['250', 'QUIT\r\n'],
    ]
    let rest = ''
    socket.setEncoding('latin1').setTimeout(60_000, () => socket.destroy(new Error('no reply for a minute')))
    socket.on('error', reject).on('close', () => (steps.length === 0 ? resolve() : reject(new Error('hung up'))))
    socket.on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const step = line[3] === ' ' ? steps.shift() : undefined
        if (step === undefined) continue
        if (!line.startsWith(step[0])) socket.destroy(new Error(`${step[0]} was expected, and it was ${line}`))
        else socket.write(step[1])
      }
    })
    socket.write('PROXY TCP4 192.0.2.7 192.0.2.25 40000 25\r\n')
  })

/** One request of Rspamd's protocol, as its own client makes it. */
const byHttp: Send = (port, message) =>
  new Promise((resolve, reject) => {
    const headers = { ip: '192.0.2.7', helo: 'mx.example.org', from: 'alice@example.org', rcpt: 'bob@example.net' }
    const asked = request(
      { host: '127.0.0.1', port, path: '/checkv2', method: 'POST', headers, agent: false },
      answer => {
        let body = ''
        answer.setEncoding('utf8').on('data', text => {
          body += text
        })
        answer.on('end', () => (body.includes('"action"') ? resolve() : reject(new Error(body.slice(0, 200)))))
      },
    )
    asked.on('error', reject).end(message.subarray(0, -3))
  })

/** A signed message with the end of its data. */
async function messageOf(size: number): Promise<Buffer> {
  const line = `${'Some words of a body that is neither long nor short, and then some more'.slice(0, 70)}\r\n`
  const head = ['From: Alice <alice@example.org>', 'To: bob@example.net', 'Date: Mon, 23 Nov 2026 10:00:00 +0000']
  const rest = ['Message-ID: <1@example.org>', 'Subject: A message', '', line.repeat(Math.floor(size / line.length))]
  const text = [...head, ...rest].join('\r\n')
  const privateKey = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const signer = { signingDomain: 'example.org', selector: 'rsa', privateKey }
  const { signatures } = await dkimSign(text, { ...signer, signatureData: [signer] })
  return Buffer.from(`${signatures}${text}.\r\n`)
}

interface Round {
  /** Milliseconds of CPU, all its processes together, for each message; and of postern's own process. */
  readonly cpu: number
  readonly own: number
  readonly perSecond: number
}

const AT_ONCE = 8

async function measure({ port, pids, own = [] }: Host, send: Send, message: Buffer, count: number): Promise<Round> {
  const [before, ours, since] = [await cpuOf(pids), await cpuOf(own), performance.now()]
  let left = count
  const worker = async () => {
    for (; left > 0; ) {
      left -= 1
      await send(port, message)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  const seconds = (performance.now() - since) / 1000
  // What Postfix has still to deliver belongs to it.
  await new Promise(resolve => setTimeout(resolve, 300))
  return {
    cpu: ((await cpuOf(pids)) - before) / count,
    own: ((await cpuOf(own)) - ours) / count,
    perSecond: count / seconds,
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

export interface AdapterCost {
  readonly name: string
  /** Milliseconds a message, and messages a second: medians of the rounds. */
  readonly cpu: number
  readonly own: number
  readonly perSecond: number
  /** CPU, times that of the first of its group in the same round. */
  readonly ratio: number
}

interface Group {
  readonly title: string
  readonly send: Send
  readonly hosts: readonly (readonly [name: string, host: Host])[]
}

async function compare(
  { send, hosts }: Group,
  message: Buffer,
  rounds: number,
  count: number,
): Promise<readonly AdapterCost[]> {
  for (const [, host] of hosts) await measure(host, send, message, count)
  const all: Round[][] = []
  for (let round = 0; round < rounds; round += 1) {
    const row: Round[] = []
    for (const [, host] of hosts) row.push(await measure(host, send, message, count))
    all.push(row)
  }
  const of = (index: number, value: (round: Round, first: Round) => number): number =>
    median(all.flatMap(row => (row[0] && row[index] ? [value(row[index], row[0])] : [])))
  return hosts.map(([name], index) => ({
    name,
    cpu: of(index, ({ cpu }) => cpu),
    own: of(index, ({ own }) => own),
    perSecond: of(index, ({ perSecond }) => perSecond),
    ratio: of(index, ({ cpu }, first) => cpu / first.cpu),
  }))
}

/** Milliseconds of CPU for a message that is judged in this process, without any adapter. */
async function callCost(gateway: Gateway, message: Buffer, rounds: number, count: number): Promise<number> {
  const call = async () => {
    const session = gateway.open({ ip: '192.0.2.7' })
    await session.connect()
    await session.helo('mx.example.org')
    await session.mail('alice@example.org')
    await session.rcpt('bob@example.net')
    const { verdict } = await session.data(Readable.from([message.subarray(0, -3)], { objectMode: false }))
    if (verdict !== 'accept') throw new Error(`the message was to be accepted, and it was: ${verdict}`)
    session.close()
  }
  const all: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const before = process.cpuUsage()
    for (let index = 0; index < count; index += 1) await call()
    const { user, system } = process.cpuUsage(before)
    all.push((user + system) / 1000 / count)
  }
  // The first is for warming up.
  return median(all.slice(1))
}

/** Runs all of it and prints it. */
export async function printAdapterCosts({ quick = false }: { readonly quick?: boolean } = {}): Promise<void> {
  const dns = await dnsServer(names)
  await using ends = new AsyncDisposableStack()
  ends.defer(() => dns.close())
  const use = async <T extends AsyncDisposable>(made: Promise<T>): Promise<T> => ends.use(await made)
  const rspamd = await use(startRspamd(dns.address))
  const milter = await use(startAdapter('milter', dns.address))
  const groups: readonly Group[] = [
    {
      title: 'Postfix, SMTP in, what is accepted is discarded; CPU of Postfix and its milter together',
      send: bySmtp,
      hosts: [
        ['Postfix alone', await use(postfixBefore())],
        ['with postern', await use(postfixBefore(milter))],
        ['with rspamd', await use(postfixBefore(rspamd.milter))],
      ],
    },
    {
      title: 'Haraka, SMTP in, what is accepted is discarded',
      send: bySmtp,
      hosts: [
        ['Haraka alone', await use(harakaWith())],
        ['with postern', await use(harakaWith(dns.address))],
      ],
    },
    {
      title: "Rspamd's protocol, POST /checkv2",
      send: byHttp,
      hosts: [
        ['rspamd', rspamd.http],
        ['postern', await use(startAdapter('http', dns.address))],
      ],
    },
  ]
  const gateway = gatewayFor(dns.address)
  ends.defer(() => gateway.close())
  const [rounds, count] = quick ? [1, 40] : [5, 300]
  for (const [name, size] of [['5 KB', 5_000], ...(quick ? [] : [['50 KB', 50_000] as const])] as const) {
    const message = await messageOf(size)
    const call = await callCost(gateway, message, rounds, count)
    console.log(`${name}: in one process, without an adapter: ${call.toFixed(2)} ms a message`)
    for (const group of groups) {
      console.log(`${name}: ${group.title}`)
      for (const { name, cpu, own, perSecond, ratio } of await compare(group, message, rounds, count)) {
        const ours = own > 0 ? `; postern itself ${own.toFixed(2)} ms, ${(own / call).toFixed(1)} times the call` : ''
        const all = `${cpu.toFixed(2)} ms a message (${ratio.toFixed(2)}), ${perSecond.toFixed(0)} messages a second`
        console.log(`  ${name.padEnd(14)} ${all}${ours}`)
      }
    }
  }
}

if (import.meta.main) await printAdapterCosts({ quick: process.argv.includes('--quick') })
