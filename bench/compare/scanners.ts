/** Rspamd and postern behind the same protocol, `POST /checkv2`, each with its content rules and the same DNS. */
import { request } from 'node:http'
import { startRedis } from '../../test/support/redis.ts'
import { cpuOf, type Rspamd, startRspamd } from '../adapters-hosts.ts'
import { checkv2 } from '../checkv2.ts'
import { type RealMail, realMail } from '../real-mail.ts'
import { atOnce } from './client.ts'
import { dnsProcess, type Host, ownHost } from './hosts.ts'
import { kinds, textOf } from './messages.ts'
import { type Cost, compare } from './rounds.ts'
import { recipient, type Sender, senders } from './world.ts'

const TOGETHER = 4

/** One request, as Rspamd's own client makes it. */
async function check(port: number, { ip, helo, domain }: Sender, message: Buffer): Promise<void> {
  const body = await checkv2(port, { ip, helo, from: `alice@${domain}`, rcpt: recipient }, message)
  if (!body.includes('"action"')) throw new Error(body.slice(0, 200))
}

/** Says what a message is, as Rspamd's own client does. */
function train(port: number, message: Buffer, spam: boolean): Promise<void> {
  const path = spam ? '/learnspam' : '/learnham'
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method: 'POST', agent: false })
    // rspamd answers with 204 to what it does not want to learn, and with a body that no 204 may have.
    asked.on('error', (error: NodeJS.ErrnoException) => (error.code?.startsWith('HPE_') ? resolve() : reject(error)))
    asked.on('response', answer => answer.resume().on('end', resolve))
    asked.end(message)
  })
}

/** Real mail where POSTERN_DATA names some, and the messages of this comparison otherwise. */
function messages(): RealMail {
  if (process.env.POSTERN_DATA !== undefined) return realMail()
  const all = senders.flatMap(({ domain, index }) =>
    kinds.slice(0, 3).map(kind => Buffer.from(textOf(kind, domain, index))),
  )
  return { name: `${all.length} messages of 2, 5 and 50 KB`, messages: all, labels: [] }
}

export interface ScannerCosts {
  readonly what: string
  readonly rules: readonly Cost[]
  /** With classifiers that were trained on half of the messages; only where real mail is. */
  readonly classifiers: readonly Cost[] | undefined
}

export async function scannerCosts(quick: boolean): Promise<ScannerCosts> {
  const mail = messages()
  const rules = await rulesAlone(mail, quick)
  const isLabelled = mail.labels.some(label => label !== undefined)
  return { what: mail.name, rules, classifiers: isLabelled ? await withClassifiers(mail, quick) : undefined }
}

async function rulesAlone(mail: RealMail, quick: boolean): Promise<readonly Cost[]> {
  await using dns = await dnsProcess()
  await using rspamd = await startRspamd(dns.address)
  await using ours = await ownHost('postern/rspamd: content rules', dns.address)
  return await costs([hostOf(rspamd, 'rspamd'), ours], mail, quick)
}

async function withClassifiers(mail: RealMail, quick: boolean): Promise<readonly Cost[]> {
  await using dns = await dnsProcess()
  await using redis = await startRedis()
  await using rspamd = await startRspamd(dns.address, redis.port)
  await using ours = await ownHost('postern/rspamd: content rules and classifier', dns.address)
  for (const [index, message] of mail.messages.entries()) {
    const label = mail.labels[index]
    if (index % 2 === 0 || label === undefined) continue
    await train(rspamd.controller.port, message, label)
    await train(ours.port, message, label)
  }
  const pid = Number(/process_id:(\d+)/.exec(String(await redis.command('INFO', 'server')))?.[1])
  const cpu = async (): Promise<number> => (await rspamd.cpu()) + (await cpuOf([pid]))
  return await costs([{ ...hostOf(rspamd, 'rspamd, Bayes, Redis'), cpu }, ours], mail, quick)
}

const hostOf = ({ http, cpu }: Rspamd, name: string): Host => ({
  name,
  port: http.port,
  cpu,
  [Symbol.asyncDispose]: async () => undefined,
})

async function costs(hosts: readonly Host[], mail: RealMail, quick: boolean): Promise<readonly Cost[]> {
  const all = mail.messages
  const effort = quick
    ? { rounds: 1, count: 40, warmUp: 40 }
    : { rounds: 5, count: all.length, warmUp: Math.max(800, all.length) }
  return await compare(hosts, effort, (host, count) =>
    atOnce(count, TOGETHER, async index => {
      const [sender, message] = [senders[index % senders.length], all[index % all.length]]
      if (sender && message) await check(host.port, sender, message)
    }),
  )
}
