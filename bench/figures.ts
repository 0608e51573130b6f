/** The figures of `npm run bench`: what is measured, its target, its tables. */
import { type AcceptCosts, acceptCosts, ours, ownHosts } from './compare/accept.ts'
import { type ColdCost, coldCosts, DNS_DELAY } from './compare/cold.ts'
import { dnsProcess, type Host } from './compare/hosts.ts'
import { sessionCosts } from './compare/memory.ts'
import { haraka, postfix } from './compare/peers.ts'
import { refusalCosts, refusing } from './compare/refuse.ts'
import type { Cost } from './compare/rounds.ts'
import { scannerCosts } from './compare/scanners.ts'
import { contentCosts } from './content-rules.ts'
import { dkimCosts } from './dkim.ts'
import { decisionCost, importCost } from './engine.ts'
import { scanCosts } from './scan.ts'
import { expensiveCosts, sizeCosts } from './sizes.ts'
import type { Table } from './table.ts'

export interface Circumstances {
  /** One short round: to see that it works. */
  readonly quick: boolean
  /** Beside programs of others, which are installed where they can be. */
  readonly peers: boolean
}

export interface Figure {
  readonly name: string
  /** It is part of `bench:peers`; or of that alone. */
  readonly withPeers?: boolean
  readonly onlyPeers?: boolean
  readonly measure: (circumstances: Circumstances) => Promise<readonly Table[]>
}

const ms = (value: number): string =>
  value < 0.1 ? value.toFixed(3) : value < 10 ? value.toFixed(2) : value.toFixed(0)
const kb = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`
const times = (value: number): string => value.toFixed(2)
const met = (value: number, most: number): string => (value <= most ? 'met' : '**missed**')

/** Milliseconds of CPU, and times the first row. */
const costRow = ({ name, each, ratio }: Cost): readonly string[] => [name, ms(each), times(ratio)]

async function accept({ quick, peers }: Circumstances): Promise<readonly Table[]> {
  await using dns = await dnsProcess()
  await using stack = new AsyncDisposableStack()
  const hosts: Host[] = [...(await ownHosts(ours, dns.address))]
  if (peers) hosts.push(...(await peersOf(dns.address)))
  for (const host of hosts) stack.use(host)
  return [acceptTable(await acceptCosts(hosts, quick), peers)]
}

const peersOf = async (dns: string): Promise<readonly Host[]> => [
  await haraka(null, dns),
  await haraka('SPF and DKIM', dns),
  await haraka('its usual filters', dns),
  await postfix(),
]

/** One row for each server, one column for each kind of message. */
function acceptTable(costs: readonly AcceptCosts[], peers: boolean): Table {
  const [first] = costs
  const bare = peers ? 'Haraka, no filter' : 'smtp-server'
  const rows = (first?.costs ?? []).map(({ name }) => [
    name,
    ...costs.map(({ costs: row }) => {
      const [mine, base] = [row.find(cost => cost.name === name), row.find(cost => cost.name === bare)]
      return mine && base ? `${ms(mine.each)} (${times(mine.each / base.each)})` : ''
    }),
  ])
  return {
    title: 'An accepted message',
    head: ['CPU of the server, ms a message', ...costs.map(({ kind }) => kind)],
    rows,
    note:
      `In brackets: times ${bare}. A connection for each message, 60 organisations, DNS answers cached where the ` +
      'server has a cache (Haraka has none).',
  }
}

async function refuse({ quick }: Circumstances): Promise<readonly Table[]> {
  await using dns = await dnsProcess()
  await using stack = new AsyncDisposableStack()
  const hosts = await ownHosts(refusing, dns.address)
  for (const host of hosts) stack.use(host)
  const first = await refusalCosts(hosts, false, quick)
  const again = await refusalCosts(hosts, true, quick)
  return [
    {
      title: 'A refused connection, by the operator’s list, in a whole set of filters',
      head: ['CPU of the server, ms', 'first time', 'times', 'again and again', 'times', 'target 1.2'],
      rows: first.map((cost, index) => {
        const { each = Number.NaN, ratio = Number.NaN } = again[index] ?? {}
        const verdict = index === 0 ? '' : `${met(cost.ratio, 1.2)}, ${met(ratio, 1.2)}`
        return [...costRow(cost), ms(each), times(ratio), verdict]
      }),
    },
  ]
}

const coldPeers = async (dns: string): Promise<readonly Host[]> => [
  await haraka('SPF and DKIM', dns),
  await haraka('its usual filters', dns),
]

async function cold({ quick, peers }: Circumstances): Promise<readonly Table[]> {
  const costs = await coldCosts(peers ? coldPeers : async () => [], quick)
  return [
    {
      title: `The first message of an organisation, DNS answers after ${DNS_DELAY} ms`,
      head: ['ms, median', 'beyond the first row', 'to the greeting', 'questions', 'second message', 'target 150'],
      rows: costs.map(coldRow),
    },
  ]
}

const coldRow = ({ name, beyond, greeting, questions, again }: ColdCost): readonly string[] => [
  name,
  ms(beyond),
  ms(greeting),
  questions.toFixed(1),
  ms(again),
  name.includes('post') || name.startsWith('guard') ? met(beyond, 150) : '',
]

async function sizes(): Promise<readonly Table[]> {
  const costs = await sizeCosts()
  const expensive = await expensiveCosts()
  return [
    {
      title: 'Long messages, in one process',
      head: ['CPU', 'ms', 'content rules, ms a megabyte', 'target'],
      rows: costs.map(({ name, ms: all, perMegabyte }) => {
        const most = name.includes('base64') ? 4 : 15
        return [name, ms(all), ms(perMegabyte), `${most}: ${met(perMegabyte, most)}`]
      }),
    },
    {
      title: 'The most expensive messages, in one process',
      head: ['CPU', 'size', 'ms', 'times an honest message of its size', 'target 3'],
      rows: expensive.map(({ name, bytes, ms: all, ratio }) => [name, kb(bytes), ms(all), times(ratio), met(ratio, 3)]),
    },
  ]
}

async function memory({ quick }: Circumstances): Promise<readonly Table[]> {
  const costs = await sessionCosts(quick)
  return [
    {
      title: 'A session after EHLO',
      head: ['memory', 'held by JavaScript', 'the process grows by', 'target 20 KB'],
      rows: costs.map(({ name, held, resident }) => [name, kb(held), kb(resident), met(resident, 20 * 1024)]),
    },
  ]
}

async function content({ quick }: Circumstances): Promise<readonly Table[]> {
  const costs = await contentCosts(quick)
  return [
    {
      title: 'The content rules',
      head: ['CPU, ms a message', 'recommended', 'with content rules', 'beyond', 'target'],
      rows: costs.map(({ name, recommended, content: all, target }) => {
        const beyond = all - recommended
        return [name, ms(recommended), ms(all), ms(beyond), `${target}: ${met(beyond, target)}`]
      }),
    },
  ]
}

async function imports(): Promise<readonly Table[]> {
  const entries = ['index', 'filters/index', 'adapters/smtp-server/index']
  const costs = entries.map(entry => ({
    entry,
    cost: importCost(new URL(`../dist/${entry}.js`, import.meta.url).href),
  }))
  return [
    {
      title: 'Importing, beyond a process that imports nothing',
      head: ['CPU', 'ms', 'target 25'],
      rows: costs.map(({ entry, cost }) => [`dist/${entry}.js`, cost.toFixed(1), met(cost, 25)]),
    },
  ]
}

async function engine(): Promise<readonly Table[]> {
  const cost = await decisionCost()
  const scans = await scanCosts()
  const dkim = await dkimCosts()
  return [
    {
      title: 'In one process, beside the libraries',
      head: ['CPU, ms a message', 'no filter', 'recommended', 'mailauth authenticate', 'mailparser simpleParser'],
      rows: scans.map(({ message, empty, recommended, authenticate, simpleParser }) => [
        message,
        ...[empty, recommended, authenticate, simpleParser].map(ms),
      ]),
      note: `Twelve filters with a finding of each at each of four stages: ${cost.toFixed(1)} µs a session (target 50).`,
    },
    {
      title: 'DKIM alone',
      head: ['CPU', 'ms', 'times mailauth', 'times the bare SHA-256'],
      rows: dkim.map(({ message, ours: own, mailauth, sha256 }) => [
        message,
        ms(own),
        times(own / mailauth),
        times(own / sha256),
      ]),
    },
  ]
}

async function scanners({ quick }: Circumstances): Promise<readonly Table[]> {
  const { what, rules, classifiers = [] } = await scannerCosts(quick)
  return [
    {
      title: `\`POST /checkv2\`, ${what}`,
      head: ['CPU', 'ms a message', 'times rspamd', 'target 1.0'],
      rows: [rules, classifiers].flatMap(costs =>
        costs.map((cost, index) => [...costRow(cost), index === 0 ? '' : met(cost.ratio, 1)]),
      ),
      note: 'Each with its rules, SPF, DKIM and DMARC; rspamd as Debian configures it, its CPU with that of its Redis.',
    },
  ]
}

export const figures: readonly Figure[] = [
  // First: code that has judged other messages in this process is slower for these.
  { name: 'engine', measure: engine },
  { name: 'content', measure: content },
  { name: 'accept', withPeers: true, measure: accept },
  { name: 'refuse', withPeers: true, measure: refuse },
  { name: 'cold', withPeers: true, measure: cold },
  { name: 'scanners', withPeers: true, onlyPeers: true, measure: scanners },
  { name: 'sizes', measure: sizes },
  { name: 'memory', measure: memory },
  { name: 'import', measure: imports },
]
