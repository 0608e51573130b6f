/** Mixed mail for relays, clients that send it each in their way, and a next hop that counts what it has. */
import { postern } from '../../src/index.ts'
import { smtpServer } from '../../src/smtp/index.ts'
import { zone } from '../../src/testing/index.ts'
import { rawClient } from '../support/raw-client.ts'
import { stuffed } from './relay-process.ts'

/** Filters of a relay for this mail: content alone decides. */
export const LENIENT = {
  ...{ rateLimit: false, spf: false, helo: false, rdns: false, senderDomain: false, headerForm: false },
  ...{ dkim: false, dmarc: false, reputation: false, earlyTalker: false, content: true },
}

const GTUBE = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'

/** What a client does with its message. */
type Kind = 'honest' | 'several' | 'spam' | 'foreign' | 'bounce' | 'impatient' | 'broken' | 'large'
const KINDS: readonly Kind[] = [
  ...(['honest', 'honest', 'honest', 'several', 'spam', 'foreign', 'bounce', 'impatient', 'broken', 'large'] as const),
]

export interface Letter {
  /** Its Message-ID, and the address of its author. */
  readonly id: string
  readonly kind: Kind
  readonly reversePath: string
  readonly recipients: readonly string[]
  readonly text: string
}

/** A letter of one kind or another. */
export function letterOf(number: number, roll: (sides: number) => number): Letter {
  const kind = KINDS[roll(KINDS.length)] ?? 'honest'
  const id = `letter-${number}@sender.example`
  const own = `user${roll(50)}@example.net`
  const recipients =
    kind === 'several'
      ? [own, 'unknown@example.net', `team${roll(9)}@example.net`]
      : kind === 'foreign'
        ? ['x@other.example']
        : [own]
  const body =
    kind === 'spam' ? GTUBE : kind === 'large' ? `${'word '.repeat(15)}\r\n`.repeat(4_000) : `Letter ${number}.`
  const fields = [
    ...[`From: Ann <${id}>`, 'Date: Mon, 23 Nov 2026 11:00:00 +0000', `Message-ID: <${id}>`],
    ...[`Subject: letter ${number}`, '', body, ''],
  ]
  return { id, kind, recipients, text: fields.join('\r\n'), reversePath: kind === 'bounce' ? '' : id }
}

/** The next hop: it knows all recipients but `unknown`, and counts what it has of each message for each recipient. */
export async function nextHop() {
  const has = new Map<string, number>()
  const gateway = postern({ filters: [], dns: zone({}), name: 'hop.example.net' })
  const { server, close } = smtpServer({
    gateway,
    name: 'hop.example.net',
    limits: { sessions: { perAddress: 1_000, perNetwork: 1_000, perSite: 1_000 } },
    recipient: path =>
      path.startsWith('unknown@') ? { code: 550, status: '5.1.1', text: 'No such user here' } : undefined,
    deliver: async message => {
      let text = ''
      for await (const bytes of message.content.open()) text += String(bytes)
      const id = /^Message-ID: <([^>]*)>/im.exec(text)?.[1] ?? 'none'
      for (const { forwardPath } of message.recipients) add(has, `${id} ${forwardPath}`)
      return { code: 250, status: '2.0.0', text: `queued as ${has.size}` }
    },
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const stop = async () => {
    await close()
    await gateway.close()
  }
  return { has, port: typeof address === 'object' ? (address?.port ?? 0) : 0, [Symbol.asyncDispose]: stop }
}

/** Counts one more. */
export const add = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)

export interface SendOptions {
  /** How often it has tried before: an impatient client waits for the reply from its second try on. @default 0 */
  readonly attempt?: number
  /** @default all of the letter */
  readonly recipients?: readonly string[]
}

/**
 * Sends a letter as its kind does.
 *
 * @returns the code for each recipient; undefined where the client did not wait, or where the connection broke
 */
export async function send(
  port: number,
  letter: Letter,
  { attempt = 0, recipients = letter.recipients }: SendOptions = {},
): Promise<ReadonlyMap<string, number | undefined>> {
  const client = rawClient(port, { from: `127.0.0.${2 + (attempt % 200)}` })
  const codes = new Map<string, number | undefined>(recipients.map(path => [path, undefined]))
  const answer = (paths: readonly string[], reply: string) => {
    const code = /^\d{3}/.exec(reply)?.[0]
    for (const path of paths) codes.set(path, code === undefined ? undefined : Number(code))
    return codes
  }
  try {
    let reply = await client.reply()
    for (const line of ['EHLO mail.sender.example', `MAIL FROM:<${letter.reversePath}>`])
      if (reply.startsWith('2')) reply = await client.say(line)
    if (!reply.startsWith('2')) return answer(recipients, reply)
    const open: string[] = []
    for (const recipient of recipients) {
      reply = await client.say(`RCPT TO:<${recipient}>`)
      if (reply.startsWith('2')) open.push(recipient)
      else answer([recipient], reply)
    }
    if (open.length === 0) return codes
    reply = await client.say('DATA')
    if (!reply.startsWith('354')) return answer(open, reply)
    const bytes = Buffer.from(stuffed(letter.text), 'latin1')
    if (letter.kind === 'broken') {
      client.send(bytes.subarray(0, bytes.length >> 1))
      return codes
    }
    client.send(bytes)
    // It leaves before it has the reply, and comes again.
    if (letter.kind === 'impatient' && attempt === 0) return codes
    return answer(open, await client.reply())
  } finally {
    client.destroy()
  }
}
