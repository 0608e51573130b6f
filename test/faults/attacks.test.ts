/** While a relay is attacked, an honest client's mail is delivered; the relay stays there, and does not grow. */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { deliver, letter, messages, type RelayProcess, relayProcess } from '../relay/relay-process.ts'
import { dnsServer } from '../support/dns-server.ts'
import { long } from '../support/full.ts'
import { scratch } from '../support/scratch.ts'
import { type Attack, attacks, type Target } from './attacks.ts'

/** Mails of the honest client under attack. */
const MAILS = long ? 6 : 2
/** It comes again so many times, with a pause of so many milliseconds, as long as it receives no 5xx. */
const [TRIES, PAUSE_MS] = [120, 500]
/** Bytes that the relay may grow by: P04 of the catalogue. */
const GROWTH = 200 * 1024 * 1024

const stranger = (mail: number): string => `127.250.${mail}.1`
const strangers = Object.fromEntries(
  Array.from({ length: MAILS }, (_, mail) => [`1.${mail}.250.127.in-addr.arpa`, { PTR: [`c${mail}.example.org`] }]),
)

const zone = {
  ...strangers,
  ...Object.fromEntries(Array.from({ length: MAILS }, (_, mail) => [`c${mail}.example.org`, { A: [stranger(mail)] }])),
  'example.org': {
    TXT: [['v=spf1 ip4:127.0.0.1 ip4:127.250.0.0/16 -all']],
    MX: [{ priority: 10, exchange: 'client.example.org' }],
  },
  // Its mail is judged to the end.
  'bad.example': { A: ['127.0.0.1'], MX: [{ priority: 10, exchange: 'bad.example' }] },
  'lenient.example': { A: ['127.0.0.1'], MX: [{ priority: 10, exchange: 'lenient.example' }] },
  '_dmarc.lenient.example': { TXT: [['v=DMARC1; p=quarantine']] },
  'client.example.org': { A: ['127.0.0.1'] },
  '1.0.0.127.in-addr.arpa': { PTR: ['client.example.org'] },
} as const

const memory = async ({ child }: RelayProcess): Promise<number> =>
  1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))?.[1])

/** @returns the replies until a reply is final */
async function insist(port: number, id: string, from?: string): Promise<readonly string[]> {
  const replies: string[] = []
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const reply = await deliver(port, letter(id), undefined, from)
    replies.push(reply)
    if (/^[25]/.test(reply)) break
    await sleep(PAUSE_MS)
  }
  return replies
}

/** @returns what was said to each message */
async function attack({ attackers, round }: Attack, target: Target, begin: number): Promise<readonly string[]> {
  const replies: string[] = []
  const attacker = async (index: number) => {
    const from = `127.${2 + (index % 200)}.${begin % 250}.${1 + Math.floor(index / 200)}`
    while (!target.over.aborted) {
      const reply = await round(target, from)
      if (typeof reply === 'string') replies.push(reply)
      await sleep(1)
    }
  }
  await Promise.all(Array.from({ length: attackers }, (_, index) => attacker(index)))
  return replies
}

test.for(Object.entries(attacks).map(([name, row], index) => [name, row, index] as const))(
  '%s, while honest mail is delivered',
  { timeout: 240_000 },
  async ([, row, index]) => {
    await using folder = await scratch()
    const dns = await dnsServer(zone)
    const limited = ['sh', '-c', `ulimit -n ${row.descriptors} && exec "$@"`, 'sh']
    await using relay = await relayProcess(
      [
        ...['--maildir', folder.path, '--domain', 'example.net', '--enforce', '--dns', dns.address],
        ...['--rspamd', '127.0.0.1:0', '--name', 'mx.example', '--trusted-network', 'none'],
      ],
      row.descriptors === undefined ? {} : { within: limited },
    )
    const rspamd = Number(/^Rspamd's\s+127\.0\.0\.1:(\d+)/m.exec(relay.told)?.[1])
    expect((await insist(relay.port, 'before')).at(-1)).toMatch(/^250 /)
    const before = await memory(relay)
    const over = new AbortController()
    const attacking = attack(row, { smtp: relay.port, rspamd, over: over.signal }, index)
    await sleep(500)
    const final: (string | undefined)[] = []
    let most = 0
    for (let mail = 0; mail < MAILS; mail += 1) {
      const from = row.strangers ? stranger(mail) : undefined
      final.push((await insist(relay.port, `honest${mail}`, from)).at(-1)?.slice(0, 4))
      most = Math.max(most, await memory(relay))
    }
    over.abort()
    const replies = await attacking
    expect(final).toEqual(Array.from({ length: MAILS }, () => '250 '))
    expect(relay.child.exitCode).toBeNull()
    expect((await insist(relay.port, 'after')).at(-1)).toMatch(/^250 /)
    const found = (await messages(folder.path)).join('\n')
    for (const id of ['before', ...Array.from({ length: MAILS }, (_, mail) => `honest${mail}`), 'after'])
      expect(found).toContain(`<${id}@example.org>`)
    if (row.replies) {
      const judged = replies.filter(reply => !/^4|^closed/.test(reply))
      expect(judged.length).toBeGreaterThan(0)
      expect(judged.filter(reply => !row.replies?.test(reply))).toEqual([])
    }
    if (row.never) expect(found).not.toMatch(row.never)
    expect(most - before).toBeLessThan(GROWTH)
    await dns.close()
  },
)
