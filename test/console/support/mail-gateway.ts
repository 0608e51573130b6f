/** A gateway over a DNS zone: it judges letters, keeps their events, and holds and releases what it should. */
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { actionEvent, EventStream } from '../../../src/engine/events.ts'
import { type Gateway, postern } from '../../../src/engine/gateway.ts'
import type { Session } from '../../../src/engine/session.ts'
import { classify, dnsbl, lists, recommended, reputation, senderLists } from '../../../src/filters/index.ts'
import type { SenderLists } from '../../../src/filters/lists/sender-lists.ts'
import { type History, sqliteHistory } from '../../../src/history/index.ts'
import { decodeWords } from '../../../src/mime/header/words.ts'
import type { RecordAction } from '../../../src/model/action-event.ts'
import type { DeliveryGroup, Outcome } from '../../../src/model/decision.ts'
import type { Filter } from '../../../src/model/filter.ts'
import type { Finding } from '../../../src/model/finding.ts'
import { type Clock, systemClock } from '../../../src/model/services.ts'
import { folderQuarantine, kindOf, newReleaser, type Quarantine, type Releaser } from '../../../src/quarantine/index.ts'
import { memoryStore } from '../../../src/store/index.ts'
import { type ZoneLiteral, zone } from '../../../src/testing/zone.ts'

/** A message, and the client that brings it. */
export interface Letter {
  readonly ip: string
  readonly helo: string
  readonly reversePath: string
  readonly recipients: readonly string[]
  /** The field From, as it is sent. */
  readonly from: string
  readonly subject: string
  /** The fields after Subject and the body, with LF. @default a short text */
  readonly rest?: string
}

/** What came of it. */
export interface Received {
  readonly ref: string
  readonly outcome: Outcome | undefined
}

/** A released message, as the next hop received it. */
export interface DeliveredCopy {
  readonly recipient: string
  readonly text: string
}

export interface MailGatewayOptions {
  readonly folder: string
  readonly zone?: ZoneLiteral
  /** More filters. @default none */
  readonly filters?: readonly Filter[]
}

const DOMAINS = ['example.com', 'example.org']

/** The system's clock, `shift` milliseconds late: messages arrive days ago. */
class ShiftedClock implements Clock {
  shift = 0
  readonly monotonic = () => systemClock.monotonic()
  readonly after: Clock['after'] = (ms, callback) => systemClock.after(ms, callback)
  readonly now = () => Math.round(systemClock.now() - this.shift)
}

export class MailGateway implements AsyncDisposable {
  readonly clock: ShiftedClock
  readonly store = memoryStore()
  readonly history: History
  readonly quarantine: Quarantine
  readonly releaser: Releaser
  readonly lists: SenderLists
  readonly gateway: Gateway
  readonly record: RecordAction
  /** What was delivered after a release. */
  readonly delivered: DeliveredCopy[] = []

  static async open(options: MailGatewayOptions): Promise<MailGateway> {
    const delivered: DeliveredCopy[] = []
    const clock = new ShiftedClock()
    const quarantine = await folderQuarantine({
      clock,
      folder: join(options.folder, 'quarantine'),
      deliver: async ({ entry, open }) =>
        void delivered.push({ recipient: entry.recipient, text: await textOf(open()) }),
    })
    return new MailGateway(options, clock, quarantine, delivered)
  }

  private constructor(
    { folder, zone: records = {}, filters = [] }: MailGatewayOptions,
    clock: ShiftedClock,
    quarantine: Quarantine,
    delivered: DeliveredCopy[],
  ) {
    const { store } = this
    this.clock = clock
    this.delivered = delivered
    this.quarantine = quarantine
    this.history = sqliteHistory({ folder: join(folder, 'history') })
    const events = (event: Parameters<History['append']>[0][number]) => this.history.append([event])
    const stream = new EventStream([events], 'mx1/management', clock, { subject: 'off', key: '' })
    this.record = action => stream.write(actionEvent(action))
    this.lists = senderLists({ store })
    this.gateway = postern({
      filters: [
        recommended({ domains: DOMAINS, content: true, rateLimit: false }),
        lists({ every: '100ms' }),
        reputation({}),
        classify({ folder: join(folder, 'classify') }),
        dnsbl({ zones: [{ zone: 'zen.dnsbl.example', points: 5 }] }),
        filters,
      ],
      ...{ name: 'mx.example.com', node: 'mx1', dns: zone(records), store, clock, events },
      privacy: { subject: 'plain' },
    })
    this.releaser = newReleaser({
      ...{ quarantine, lists: this.lists, record: this.record },
      feedback: said => this.gateway.feedback(said),
    })
  }

  /** Takes a message as an SMTP server would; what is to be held is held. */
  async receive(letter: Letter): Promise<Received> {
    const session = this.gateway.open({ ip: letter.ip })
    try {
      const outcome = await this.#converse(session, letter)
      if (outcome?.groups) await this.#keep(session, letter, outcome)
      session.reset()
      return { ref: session.ref, outcome }
    } finally {
      session.close()
    }
  }

  async #converse(session: Session, letter: Letter): Promise<Outcome | undefined> {
    const refused = (verdict: string): boolean => verdict === 'reject' || verdict === 'defer'
    if (refused((await session.connect()).verdict)) return undefined
    if (refused((await session.helo(letter.helo, { protocol: 'TLSv1.3' })).verdict)) return undefined
    if (refused((await session.mail(letter.reversePath)).verdict)) return undefined
    const accepted: string[] = []
    for (const recipient of letter.recipients)
      if (!refused((await session.rcpt(recipient)).verdict)) accepted.push(recipient)
    return accepted.length === 0 ? undefined : await session.data(Readable.from([messageOf(letter, this.clock.now())]))
  }

  async #keep(session: Session, letter: Letter, outcome: Outcome): Promise<void> {
    for (const group of outcome.groups ?? [])
      if (group.verdict === 'quarantine') await this.#hold(session, letter, outcome, group)
      else for (const path of group.forwardPaths) session.delivered(path, DELIVERED)
  }

  async #hold(session: Session, letter: Letter, outcome: Outcome, { forwardPaths, content }: DeliveryGroup) {
    const { findings, score } = outcome.each.get(forwardPaths[0] ?? '') ?? outcome
    const entries = findings.map(entryOf)
    const held = await this.quarantine.hold({
      ...{ ref: session.ref, transaction: session.transactions, ip: letter.ip, reversePath: letter.reversePath },
      ...{ recipients: forwardPaths, score, findings: entries, kind: kindOf(entries) },
      ...(outcome.authentication && { authentication: outcome.authentication }),
      ...{
        from: /<([^>]*)>/.exec(letter.from)?.[1] ?? letter.from,
        subject: decodeWords(letter.subject).slice(0, 320),
        size: content.size,
      },
      content: content.open() as AsyncIterable<Uint8Array>,
    })
    const queueId = held.kind === 'held' ? held.message.id : ''
    for (const path of forwardPaths)
      session.delivered(path, { result: 'delivered', nextHop: 'quarantine', code: 250, queueId })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.releaser.close()
    await this.gateway.close()
    await this.quarantine.close()
    await this.history.close()
  }
}

const DELIVERED = {
  ...({ result: 'delivered' } as const),
  ...{ nextHop: 'mailstore.example.com:25', code: 250, status: '2.0.0', text: 'queued' },
  ...{ ms: 38, tries: 1 },
}

const entryOf = ({ rule = '', reason, points, verdict }: Finding) => ({
  ...{ rule, reason },
  ...(points !== undefined && { points }),
  ...(verdict !== undefined && { verdict }),
})

function messageOf({ from, subject, recipients, rest = '\nSee you soon.\n' }: Letter, now: number): Buffer {
  const id = `${now}.${Math.round(Math.random() * 1e9)}@${/@([^>]*)/.exec(from)?.[1] ?? 'example.net'}`
  const fields = [
    `From: ${from}`,
    `To: ${recipients.join(', ')}`,
    `Date: ${new Date(now).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${id}>`,
    `Subject: ${subject}`,
  ]
  return Buffer.from(`${fields.join('\n')}\n${rest}`.replace(/\r?\n/g, '\r\n'))
}

async function textOf(content: Readable): Promise<string> {
  const parts: Buffer[] = []
  for await (const bytes of content as AsyncIterable<Buffer>) parts.push(bytes)
  return Buffer.concat(parts).toString()
}
