/** Rspamd and postern behind the same protocol, `POST /checkv2`, each with its content rules and the same DNS. */
import { request } from 'node:http'
import { startRspamd } from '../adapters-hosts.ts'
import { realMail } from '../real-mail.ts'
import { atOnce } from './client.ts'
import { dnsProcess, type Host, ownHost } from './hosts.ts'
import { kinds, textOf } from './messages.ts'
import { type Cost, compare } from './rounds.ts'
import { recipient, type Sender, senders } from './world.ts'

const TOGETHER = 4

/** One request, as Rspamd's own client makes it. */
function check(port: number, { ip, helo, domain }: Sender, message: Buffer): Promise<void> {
  const headers = { ip, helo, from: `alice@${domain}`, rcpt: recipient }
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/checkv2', method: 'POST', headers, agent: false })
    asked.on('error', reject)
    asked.on('response', answer => {
      let body = ''
      answer.setEncoding('utf8').on('data', text => {
        body += text
      })
      answer.on('end', () => (body.includes('"action"') ? resolve() : reject(new Error(body.slice(0, 200)))))
    })
    asked.end(message)
  })
}

/** Real mail where POSTERN_DATA names some, and the messages of this comparison otherwise. */
function messages(): { readonly what: string; readonly all: readonly Buffer[] } {
  if (process.env.POSTERN_DATA !== undefined) {
    const { name, messages: all } = realMail()
    return { what: name, all }
  }
  const all = senders.flatMap(({ domain, index }) =>
    kinds.slice(0, 3).map(kind => Buffer.from(textOf(kind, domain, index))),
  )
  return { what: `${all.length} messages of 2, 5 and 50 KB`, all }
}

export interface ScannerCosts {
  readonly what: string
  readonly costs: readonly Cost[]
}

export async function scannerCosts(quick: boolean): Promise<ScannerCosts> {
  await using dns = await dnsProcess()
  await using rspamd = await startRspamd(dns.address)
  const theirs: Host = { ...rspamd.http, name: 'rspamd', cpu: rspamd.cpu, [Symbol.asyncDispose]: async () => undefined }
  await using ours = await ownHost('postern/rspamd: content rules', dns.address)
  const { what, all } = messages()
  const effort = quick
    ? { rounds: 1, count: 40, warmUp: 40 }
    : { rounds: 5, count: all.length, warmUp: Math.max(800, all.length) }
  const costs = await compare([theirs, ours], effort, (host, count) =>
    atOnce(count, TOGETHER, async index => {
      const [sender, message] = [senders[index % senders.length], all[index % all.length]]
      if (sender && message) await check(host.port, sender, message)
    }),
  )
  return { what, costs }
}
