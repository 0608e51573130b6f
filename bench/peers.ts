/** Other filters on the same messages, offline: Rspamd and SpamAssassin where they are installed. */
import { execFileSync, spawn } from 'node:child_process'
import { dnsServer } from '../test/support/dns-server.ts'
import { startRspamd } from './adapters-hosts.ts'
import { checkv2 } from './checkv2.ts'
import type { Labelled } from './mail.ts'
import { present } from './session.ts'

export interface Score {
  readonly score: number
  readonly outcome: 'refused' | 'held' | 'delivered'
}

export interface Scorer extends AsyncDisposable {
  readonly name: string
  readonly scoreOf: (message: Labelled) => Promise<Score>
}

const installed = (program: string): boolean => {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Rspamd with its default configuration, without Redis and without DNS; a sentence where it is not installed. */
export async function rspamdScorer(): Promise<Scorer | string> {
  if (!installed('rspamd')) return 'Rspamd is not installed, so it is not compared.'
  const dns = await dnsServer({})
  const rspamd = await startRspamd(dns.address)
  const scoreOf = async (message: Labelled): Promise<Score> => {
    const { bytes, ip, helo, sender, recipient } = await present(message, 'content')
    const headers = { ip, helo, from: sender, rcpt: recipient }
    const answer = await checkv2(rspamd.http.port, headers, bytes)
    const { score = 0, action = '' } = JSON.parse(answer) as { score?: number; action?: string }
    const held = action === 'add header' || action === 'rewrite subject'
    return { score, outcome: action === 'reject' ? 'refused' : held ? 'held' : 'delivered' }
  }
  return {
    name: 'Rspamd, content alone (held: add header, 6 points)',
    scoreOf,
    [Symbol.asyncDispose]: () => rspamd[Symbol.asyncDispose](),
  }
}

/** SpamAssassin with its default rules and no network; a sentence where it is not installed. */
export async function spamassassinScorer(): Promise<Scorer | string> {
  if (!installed('spamassassin')) return 'SpamAssassin is not installed, so it is not compared.'
  const scoreOf = async (message: Labelled): Promise<Score> => {
    const { bytes } = await present(message, 'content')
    const text = await pipe('spamassassin', ['--local', '--test-mode'], bytes)
    const score = Number(/^X-Spam-Status:.*?score=(-?[\d.]+)/ms.exec(text)?.[1] ?? Number.NaN)
    if (Number.isNaN(score)) throw new Error(`spamassassin gives no score for ${message.file}`)
    return { score, outcome: score >= 5 ? 'held' : 'delivered' }
  }
  return { name: 'SpamAssassin, no network (held: 5 points)', scoreOf, [Symbol.asyncDispose]: async () => undefined }
}

function pipe(program: string, args: readonly string[], input: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] })
    let text = ''
    child.stdout.setEncoding('latin1').on('data', chunk => {
      text += chunk
    })
    child.on('error', reject)
    child.on('close', () => resolve(text))
    child.stdin.end(input)
  })
}
