/** A server behind us: chooses a host by priority and health, and hands it messages and questions about recipients. */
import type { Notify } from '../../../model/services.ts'
import type { NextHopOptions } from '../types.ts'
import { answerOf, broken, type HopAnswer, isDelivered, unreachable } from './answer.ts'
import type { HopConnection } from './connection.ts'
import { Deadline } from './deadline.ts'
import { HopFailure } from './failure.ts'
import { answerWhileAway, Host, type HostServices } from './host.ts'
import { type HopSettings, hopSettings } from './settings.ts'
import { type HopAnswers, HopTransaction, type OutgoingMessage } from './transaction.ts'

export interface HopResult {
  readonly answers: HopAnswers
  /** The host that was tried last, or all of them when none was. */
  readonly to: string
  /** Hosts that were tried. */
  readonly tries: number
}

export interface HopServices extends HostServices {
  readonly name: string
  readonly notify: Notify
}

const COMPLAINT_INTERVAL_MS = 60_000

/** Whether the next hop takes a recipient from a sender. */
export interface HopQuestion {
  readonly reversePath: string
  readonly forwardPath: string
  /** @default as the addresses need it */
  readonly utf8?: boolean
}

export class NextHop {
  readonly settings: HopSettings
  readonly hosts: readonly Host[]
  readonly text: string
  readonly #services: HopServices
  #turn = 0
  #isDown = false
  #complainedAt = Number.NEGATIVE_INFINITY

  constructor(options: NextHopOptions, services: HopServices) {
    this.settings = hopSettings(options, services.name)
    this.hosts = this.settings.hosts.map(host => new Host(host, this.settings, services))
    this.text = this.hosts.map(({ settings }) => settings.address.text).join(', ')
    this.#services = services
  }

  /** All hosts are left alone after failures. */
  get isAway(): boolean {
    return this.hosts.every(({ health }) => health.isAway)
  }

  /** A host is due: it works, or it is time to try it again. */
  get mayTry(): boolean {
    return this.hosts.some(({ health }) => health.mayTry)
  }

  /** Never rejects. */
  async send(message: OutgoingMessage): Promise<HopResult> {
    const { timeouts, protocol } = this.settings
    const deadline = new Deadline(timeouts.total)
    const send = (connection: HopConnection) =>
      new HopTransaction(connection, message, timeouts, deadline).run(protocol === 'lmtp')
    const { value, failure, to, tries } = await this.#tryHosts(deadline, send)
    const answers =
      value ?? new Map(message.recipients.map(({ forwardPath }) => [forwardPath, failure ?? unreachable] as const))
    for (const answer of answers.values()) if (answer.isAboutUs) this.#complain(to, answer)
    return { answers, to, tries }
  }

  /** Asks whether the hop would take a recipient. Undefined: it gave no answer in time. Never rejects. */
  async ask({ reversePath, forwardPath, utf8 = false }: HopQuestion, ms: number): Promise<HopAnswer | undefined> {
    const deadline = new Deadline(ms)
    const question = async (connection: HopConnection): Promise<HopAnswer> => {
      let step: 'connection' | 'message' = 'connection'
      try {
        connection.needsReset = true
        const isUtf8 = (utf8 || NOT_ASCII.test(reversePath + forwardPath)) && connection.offers.has('SMTPUTF8')
        const parameter = isUtf8 ? ' SMTPUTF8' : ''
        const mail = answerOf(await connection.ask(`MAIL FROM:<${reversePath}>${parameter}`, deadline.atMost(ms)))
        step = 'message'
        if (!isDelivered(mail)) return mail
        return answerOf(await connection.ask(`RCPT TO:<${forwardPath}>`, deadline.atMost(ms)))
      } catch (error) {
        connection.destroy()
        throw new HopFailure(step, broken, error)
      }
    }
    const { value } = await this.#tryHosts(deadline, question)
    return value
  }

  close(): void {
    for (const host of this.hosts) host.close()
  }

  async #tryHosts<T>(
    deadline: Deadline,
    use: (connection: HopConnection) => Promise<T>,
  ): Promise<{ readonly value?: T; readonly failure?: HopAnswer; readonly to: string; readonly tries: number }> {
    let [tries, to, failure]: [number, string, HopAnswer | undefined] = [0, this.text, undefined]
    for (const host of this.#candidates()) {
      if (tries > 0 && deadline.isOver) break
      if (!host.health.claim()) continue
      tries += 1
      to = host.settings.address.text
      try {
        const value = await host.with(deadline, use)
        this.#noticeUp()
        return { value, to, tries }
      } catch (error) {
        host.health.abandoned()
        const cause = error instanceof HopFailure ? error : new HopFailure('message', broken, error)
        failure ??= cause.answer
        if (cause.kind === 'us' || cause.kind === 'message') break
        this.#noticeDown(cause)
      }
    }
    failure ??= this.hosts.map(answerWhileAway).find(answer => answer !== undefined)
    return { ...(failure && { failure }), to, tries }
  }

  /** By priority, equal ones in turn. */
  #candidates(): readonly Host[] {
    this.#turn += 1
    const groups = Map.groupBy(this.hosts, ({ settings }) => settings.priority)
    return [...groups]
      .toSorted(([a], [b]) => a - b)
      .flatMap(([, hosts]) => {
        const first = this.#turn % hosts.length
        return [...hosts.slice(first), ...hosts.slice(0, first)]
      })
  }

  #noticeDown(cause: HopFailure): void {
    if (this.#isDown || !this.isAway) return
    this.#isDown = true
    this.#services.notify({
      code: 'next-hop/down',
      reason: `no host of the next hop ${this.text} takes mail (${cause.message}): its mail is deferred`,
      level: 'warning',
    })
  }

  #noticeUp(): void {
    if (!this.#isDown) return
    this.#isDown = false
    this.#services.notify({
      code: 'next-hop/up',
      reason: `the next hop ${this.text} takes mail again`,
      level: 'info',
    })
  }

  #complain(to: string, { said }: HopAnswer): void {
    const now = this.#services.clock.monotonic()
    if (now - this.#complainedAt < COMPLAINT_INTERVAL_MS) return
    this.#complainedAt = now
    const words = said === undefined ? '' : ` (${said.code} ${said.text})`
    this.#services.notify({
      code: 'next-hop/refuses-us',
      reason: `${to} refuses how this relay speaks, or wants it to authenticate${words}: mail is deferred until then`,
      level: 'warning',
    })
  }
}

const NOT_ASCII = /[^\x20-\x7e]/
