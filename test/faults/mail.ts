/** Honest mail that keeps flowing while something is made to fail, and what was answered to each message. */
import { setTimeout as sleep } from 'node:timers/promises'
import { letter, stuffed } from '../relay/relay-process.ts'
import { rawClient } from '../support/raw-client.ts'

/** A message and what was said to it last: a reply, `closed`, or `silence`. */
export interface Sent {
  readonly id: string
  readonly reply: string
  /** Milliseconds from connect to the last reply. */
  readonly took: number
}

export interface MailOptions {
  readonly port: number
  readonly id: string
  /** @default `a@example.org` */
  readonly from?: string
  /** The address it comes from. @default 127.0.0.1 */
  readonly client?: string
  /** The name by which it greets. @default client.example.org */
  readonly helo?: string
  /** @default 3 */
  readonly lines?: number
  /** Stands in the place of its first line. @default nothing */
  readonly text?: string
}

/** Longer than anything the relay waits for. */
const SILENCE = 25_000

/** Sends one message. Never rejects. */
export async function mail({
  port,
  id,
  from = 'a@example.org',
  client: address,
  helo = 'client.example.org',
  lines = 3,
  text,
}: MailOptions): Promise<Sent> {
  const began = performance.now()
  const client = rawClient(port, address === undefined ? {} : { from: address })
  const timer = new AbortController()
  const replyOf = async (): Promise<string> => {
    let said = await client.reply()
    const commands = [`EHLO ${helo}`, `MAIL FROM:<${from}>`, 'RCPT TO:<b@example.net>', 'DATA']
    for (const line of commands) {
      if (!/^[23]/.test(said)) return said
      said = await client.say(line)
    }
    if (!said.startsWith('354')) return said
    const whole = letter(id, lines).replace('a@example.org', from)
    client.send(Buffer.from(stuffed(text === undefined ? whole : whole.replace('.line 0 ä', text)), 'latin1'))
    return await client.reply()
  }
  const silence = sleep(SILENCE, 'silence', { signal: timer.signal }).catch(() => 'silence')
  const reply = await Promise.race([replyOf(), silence])
  timer.abort()
  client.destroy()
  return { id, reply, took: performance.now() - began }
}

export interface Flow {
  /** Ends the flow once the last message is answered. */
  readonly end: () => Promise<readonly Sent[]>
  /** What was answered so far. */
  readonly sent: () => readonly Sent[]
}

/** Sends a message every `every` milliseconds, whatever becomes of those before. */
export function flow(next: (count: number) => MailOptions, every: number): Flow {
  const sent: Sent[] = []
  const underWay: Promise<unknown>[] = []
  let count = 0
  const timer = setInterval(() => {
    count += 1
    underWay.push(mail(next(count)).then(one => sent.push(one)))
  }, every)
  return {
    sent: () => sent,
    end: async () => {
      clearInterval(timer)
      await Promise.all(underWay)
      return sent
    },
  }
}

const idOf = (message: string): string => /Message-ID: <(\S+)@/.exec(message)?.[1] ?? ''
const isWhole = (message: string): boolean => message.endsWith(`end ${idOf(message)}\r\n`)

/** What is wrong with what arrived: a 250 whose message is not there, a message that is cut or is there twice. */
export function wrongs(sent: readonly Sent[], arrived: readonly string[]): readonly string[] {
  const ids = arrived.map(idOf)
  const accepted = sent.filter(({ reply }) => reply.startsWith('250')).map(({ id }) => id)
  return [
    ...accepted.filter(id => !ids.includes(id)).map(id => `${id} was answered 250 and is lost`),
    ...accepted.filter(id => ids.indexOf(id) !== ids.lastIndexOf(id)).map(id => `${id} is there twice`),
    ...arrived.filter(message => !isWhole(message)).map(message => `${idOf(message)} is cut short`),
  ]
}

/** Each class of answers with how often it came: `{ 250: 12, '451 4.3.0': 3 }`. */
export function answersOf(sent: readonly Sent[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { reply } of sent) {
    const kind = reply.startsWith('250') ? '250' : (/^\d{3} \d\.\d\.\d+/.exec(reply)?.[0] ?? reply)
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}
