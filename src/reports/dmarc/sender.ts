/** Sends the aggregate reports of a day: one for each policy domain, once over all nodes, one mail a second. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { errorText } from '../../model/errors.ts'
import type { Resolver } from '../../model/resolver.ts'
import type { Clock, Notify } from '../../model/services.ts'
import type { Store } from '../../model/store.ts'
import type { SentReport } from '../book.ts'
import { keyPart } from '../tally.ts'
import { tallyAt } from '../tally-tree.ts'
import { DMARC_SHAPE } from './counter.ts'
import { verifyDestinations } from './destinations.ts'
import { publishedBy, type ReportUri } from './published.ts'
import { fileNameOf, makeReport, type Reporter, type ReportSubject, subjectOf } from './report.ts'
import { writeReport } from './xml.ts'

/** One mail with a report. */
export interface ReportMail {
  readonly to: string
  readonly subject: string
  /** For people. */
  readonly paragraphs: readonly string[]
  /** Report-ID: unique, and the same when the report is sent again. */
  readonly id: string
  /** The end of its day, in milliseconds since 1970: the same for each try. */
  readonly time: number
  readonly attachment: { readonly filename: string; readonly contentType: string; readonly content: Buffer }
}

/** What became of a mail: `later` may be tried again. */
export interface SendResult {
  readonly result: 'sent' | 'refused' | 'later'
  /** What the server has said. */
  readonly reason?: string
}

export interface DmarcSenderOptions {
  readonly store: Store
  readonly dns: Resolver
  readonly clock: Clock
  readonly notify: Notify
  readonly reporter: Reporter
  /** Sends one mail. What it throws may be tried again. */
  readonly send: (mail: ReportMail) => Promise<SendResult>
  /** Takes what became of each mail. @default nothing takes it */
  readonly record?: (report: SentReport) => Promise<void>
}

/** What a round has done. */
export interface Round {
  readonly sent: number
  readonly refused: number
  /** Reports that are tried again in a later round. */
  readonly later: number
}

/** What is known of one report before it is sent. */
export interface PreparedReport {
  readonly subject: ReportSubject
  readonly destinations: readonly ReportUri[]
  /** Why other destinations are not used. */
  readonly refused: readonly { readonly address: string; readonly reason: string }[]
  readonly rows: number
  readonly messages: number
  readonly mail: Omit<ReportMail, 'to'>
  readonly xml: string
}

type Preparation = PreparedReport | 'nothing' | 'later'

const PACE_MS = 1_000
/** A report that is being sent belongs to its process so long. */
const CLAIM_MS = 15 * 60_000
/** A report that could not be sent waits so long. */
const RETRY_MS = 55 * 60_000
const KEPT_MS = 4 * 86_400_000
/** At one a second for five hours and a half. */
const MAX_MAILS = 20_000
/** Of a larger report only the smaller destinations' limits matter: mail servers take as much. */
const MAX_MAIL_BYTES = 10 * 1024 ** 2

const SENDING = 'sending'
const RESULTS = { sent: 'sent', refused: 'failed', later: 'waiting' } as const

const packed = promisify(gzip)

export class DmarcSender {
  readonly #options: DmarcSenderOptions
  #mails = 0

  constructor(options: DmarcSenderOptions) {
    this.#options = options
  }

  /** Sends what is to be sent of a day and was not sent yet. Rejects when the store does. */
  async sendDay(day: string, signal?: AbortSignal): Promise<Round> {
    const round = { sent: 0, refused: 0, later: 0 }
    this.#mails = 0
    await this.#tellBeyond(day)
    for await (const subject of this.subjects(day)) {
      if (signal?.aborted || this.#mails >= MAX_MAILS) {
        round.later += 1
        break
      }
      const state = await this.#sendOnce(subject)
      if (state !== undefined) round[state] += 1
    }
    return round
  }

  /** What was counted on a day. */
  async *subjects(day: string): AsyncGenerator<ReportSubject> {
    const { store } = this.#options
    for await (const [organisation] of tallyAt(store, DMARC_SHAPE, [day]).entries())
      for await (const [domain] of tallyAt(store, DMARC_SHAPE, [day, organisation]).entries())
        yield { day, organisation, domain }
  }

  /** Makes a report and finds out who may be sent it. */
  async prepare(subject: ReportSubject): Promise<Preparation> {
    const { dns, store, reporter } = this.#options
    const published = await publishedBy(subject.domain, dns)
    if (published.kind === 'unknown') return 'later'
    if (published.kind === 'none' || published.uris.length === 0) return 'nothing'
    const { allowed, refused, isUnknown } = await verifyDestinations(subject.domain, published.uris, dns)
    if (allowed.length === 0) return isUnknown ? 'later' : 'nothing'
    const report = await makeReport(subject, { reporter, policy: published.policy, store })
    if (report === undefined) return 'nothing'
    const xml = writeReport(report)
    const content = await packed(xml)
    const messages = report.records.reduce((sum, { count }) => sum + count, 0)
    const fits = (uri: ReportUri) => mailBytes(content) <= Math.min(uri.maxBytes ?? MAX_MAIL_BYTES, MAX_MAIL_BYTES)
    const tooSmall = allowed.filter(uri => !fits(uri))
    const paragraphs = [
      `This is an aggregate report about mail of ${subject.domain}, as its DMARC record asks for.`,
      `It covers ${subject.day} (UTC) and ${messages} messages that ${reporter.domain} has received.`,
      `${reporter.name}, ${reporter.email}`,
    ]
    return {
      subject,
      destinations: allowed.filter(fits),
      refused: [
        ...refused,
        ...tooSmall.map(({ address }) => ({ address, reason: 'the report is larger than it takes' })),
      ],
      ...{ rows: report.records.length, messages, xml },
      mail: {
        ...{ subject: subjectOf(report), paragraphs, id: report.id, time: report.end + 1_000 },
        attachment: { filename: fileNameOf(report), contentType: 'application/gzip', content },
      },
    }
  }

  /** Undefined where there is nothing to do; `later` where another process is at it, which may have ended. */
  async #sendOnce(subject: ReportSubject): Promise<keyof Round | undefined> {
    const { store } = this.#options
    const key = `reports:sent:${subject.day}:${keyPart(subject.domain)}`
    const [claim] = await store.run([{ op: 'add', key, value: SENDING, ttl: CLAIM_MS }])
    if (!claim.added) return claim.value === SENDING || claim.value === 'later' ? 'later' : undefined
    const state = await this.#send(subject)
    const ttl = state === 'later' ? RETRY_MS : KEPT_MS
    await store.run([{ op: 'set', key, value: state ?? 'nothing', ttl }])
    return state
  }

  async #send(subject: ReportSubject): Promise<keyof Round | undefined> {
    const prepared = await this.prepare(subject)
    if (prepared === 'later') return 'later'
    if (prepared === 'nothing' || prepared.destinations.length === 0) return undefined
    const results: SendResult[] = []
    for (const { address } of prepared.destinations) {
      const result = await this.#sendMail({ ...prepared.mail, to: address })
      results.push(result)
      await this.#record(prepared, address, result)
    }
    const refusal = results.find(({ result }) => result === 'refused')
    if (refusal !== undefined) this.#tell('reports/refused', `${subject.domain} refuses its report: ${refusal.reason}`)
    // To send it again to all would give it twice to those that have it.
    if (results.some(({ result }) => result === 'sent')) return 'sent'
    return results.some(({ result }) => result === 'later') ? 'later' : 'refused'
  }

  /** One mail a second, and one at a time: so there is never a second connection to a domain. */
  async #sendMail(mail: ReportMail): Promise<SendResult> {
    if (this.#mails > 0) await this.#pause()
    this.#mails += 1
    try {
      return await this.#options.send(mail)
    } catch (error) {
      return { result: 'later', reason: errorText(error) }
    }
  }

  async #record(
    { subject, messages }: PreparedReport,
    recipient: string,
    { result, reason }: SendResult,
  ): Promise<void> {
    const { record, clock } = this.#options
    await record?.({
      ...{ time: clock.now(), domain: subject.domain, recipient, messages, result: RESULTS[result] },
      ...(reason !== undefined && { reason }),
    })
  }

  #pause(): Promise<void> {
    return new Promise(resolve => {
      this.#options.clock.after(PACE_MS, resolve)
    })
  }

  async #tellBeyond(day: string): Promise<void> {
    const beyond = await tallyAt(this.#options.store, DMARC_SHAPE, [day]).beyond()
    if (beyond > 0) this.#tell('reports/beyond', `${beyond} messages of ${day} are in no report: too many domains`)
  }

  #tell(code: string, reason: string): void {
    this.#options.notify({ code, reason, level: 'warning' })
  }
}

/** Base64 in lines of 76 characters, and the fields around it. */
const mailBytes = (content: Buffer): number => Math.ceil(content.length / 57) * 78 + 4_096
