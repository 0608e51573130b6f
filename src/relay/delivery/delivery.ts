/** Brings a judged message to its recipients, and decides on the reply: 250 only when it is safe for each of them. */
import type { DeliveryGroup, Reply } from '../../model/decision.ts'
import type { DeliveryReport } from '../../model/events.ts'
import { checked } from '../../model/options.ts'
import { printable } from '../../model/printable.ts'
import { warnOnThrow } from '../../model/services.ts'
import type { Redeliver } from '../../quarantine/index.ts'
import type { IncomingMessage, Recipient } from '../../smtp/index.ts'
import { memoryStore } from '../../store/memory.ts'
import { DeliveryCounts } from './counts.ts'
import { type Claim, Duplicates } from './duplicates.ts'
import { delivered, type HopAnswer, incomplete, isDelivered, isRefused, queueIdOf, toReply } from './hop/answer.ts'
import { HopTarget } from './hop-target.ts'
import { OnceDeliveries } from './once.ts'
import { deliverySchema } from './options.ts'
import { isSenderProven } from './proof.ts'
import { QuarantineTarget } from './quarantine-target.ts'
import { received } from './received.ts'
import { RecipientCheck } from './recipient-check.ts'
import { RefusedRecipients } from './refused-recipients.ts'
import { Routes } from './routes.ts'
import { forAll, type Parcel, type Target, type TargetResult } from './target.ts'
import type { Delivery, DeliveryOptions, DeliveryServices, RecipientQuestion } from './types.ts'

/**
 * @throws PosternError with all that is wrong with the options; an error of the system where a Maildir cannot be made
 */
export async function createDelivery(options: DeliveryOptions, services: DeliveryServices): Promise<Delivery> {
  return new MailDelivery(await Routes.open(checked(deliverySchema, options), services), services)
}

/** What became of one recipient in this try. */
interface RecipientResult {
  readonly answer: HopAnswer
  readonly to: string
  readonly target?: Target
}

type Results = ReadonlyMap<string, RecipientResult>

class MailDelivery implements Delivery {
  readonly domains: readonly string[]
  readonly redeliver: Redeliver
  readonly sendOwn: Delivery['sendOwn']
  readonly #outside: HopTarget | undefined
  readonly #routes: Routes
  readonly #services: DeliveryServices
  readonly #duplicates: Duplicates
  readonly #refused: RefusedRecipients
  readonly #check: RecipientCheck
  readonly #counts = new DeliveryCounts()
  readonly #quarantines = new Map<Target, QuarantineTarget>()
  readonly #onDelivery: DeliveryServices['onDelivery']

  constructor(routes: Routes, services: DeliveryServices) {
    const { store = memoryStore({ clock: services.clock }), clock, onDelivery } = services
    this.domains = routes.domains
    this.#onDelivery = onDelivery && warnOnThrow('onDelivery', onDelivery)
    this.#routes = routes
    this.#services = services
    this.#duplicates = new Duplicates(store, async note => {
      const [folder, name] = JSON.parse(note) as readonly [string, string]
      const found = await Promise.all(routes.maildirs.map(target => target.has(folder, name)))
      return found.includes(true)
    })
    this.#refused = new RefusedRecipients(clock, store)
    this.#check = new RecipientCheck(routes, this.#refused, services)
    this.#outside = services.ownMailHop && new HopTarget(services.ownMailHop, services, () => true)
    const { redeliver, sendOwn } = new OnceDeliveries(routes, store, this.#outside)
    this.redeliver = redeliver
    this.sendOwn = sendOwn
  }

  async deliver(message: IncomingMessage): Promise<Reply> {
    const { claim, results } = await this.#run(message)
    const answer = await this.#oneAnswer(message, claim, results)
    this.#endWhenReplied(message, claim, isDelivered(answer))
    return withReference(answer, message.ref)
  }

  async deliverEach(message: IncomingMessage): Promise<ReadonlyMap<string, Reply>> {
    const { claim, results } = await this.#run(message)
    this.#endWhenReplied(
      message,
      claim,
      [...results.values()].every(({ answer }) => isDelivered(answer)),
    )
    return new Map([...results].map(([path, { answer }]) => [path, withReference(answer, message.ref)]))
  }

  checkRecipient(question: RecipientQuestion): Promise<Reply | undefined> {
    return this.#check.check(question)
  }

  isKnown(question: RecipientQuestion): Promise<boolean> {
    return this.#check.isKnown(question)
  }

  metrics() {
    return this.#counts.metrics(this.#routes, this.#check.counts)
  }

  close(): Promise<void> {
    this.#routes.close()
    this.#outside?.close()
    return Promise.resolve()
  }

  /** The notes about this message are of no use once the client knows that all is done. */
  #endWhenReplied(message: IncomingMessage, claim: Claim, isFinal: boolean): void {
    message.replied.then(
      isReceived => claim.ended(isReceived && isFinal),
      () => claim.ended(false),
    )
  }

  async #run(message: IncomingMessage): Promise<{ readonly claim: Claim; readonly results: Results }> {
    const { clock } = this.#services
    const since = clock.monotonic()
    const paths = message.recipients.map(({ forwardPath }) => forwardPath)
    const claim = await this.#duplicates.begin(message, paths)
    const results = new Map<string, RecipientResult>()
    for (const path of claim.has) {
      results.set(path, { answer: REPEATED, to: 'earlier' })
      this.#record(message, path, REPEATED, { to: undefined, ms: 0, tries: 0 })
    }
    const parcels = this.#parcels(message, claim)
    const copying = this.#services.copies?.copy(parcels.map(([, parcel]) => parcel))
    await Promise.all(
      parcels.map(async ([target, parcel]) => {
        const { answers, to, tries } = await this.#send(target, parcel, claim)
        const ms = Math.round(clock.monotonic() - since)
        for (const { forwardPath } of parcel.recipients) {
          const answer = answers.get(forwardPath) ?? incomplete
          results.set(forwardPath, { answer, to, target })
          if (isRefused(answer)) this.#check.refused(forwardPath, answer)
          this.#record(message, forwardPath, answer, { to, ms, tries })
        }
      }),
    )
    await copying
    return { claim, results }
  }

  /** Where quarantined mail of a route goes. */
  #holding(route: Target): Target {
    const { held } = this.#services
    if (held === undefined) return route
    const target = this.#quarantines.get(route) ?? new QuarantineTarget(held, route)
    this.#quarantines.set(route, target)
    return target
  }

  async #send(target: Target, parcel: Parcel, claim: Claim): Promise<TargetResult> {
    try {
      return await target.deliver(parcel, claim)
    } catch {
      return { answers: forAll(parcel, incomplete), to: target.text, tries: 0 }
    }
  }

  /** One for each route and each copy of the message. */
  #parcels(message: IncomingMessage, claim: Claim): readonly (readonly [Target, Parcel])[] {
    const top = received(message, this.#services.name, new Date(this.#services.clock.now()))
    const groups = message.groups.length > 0 ? message.groups : [groupOf(message)]
    return groups.flatMap(group => {
      const wanted = new Set(group.forwardPaths)
      const byTarget = new Map<Target, (Recipient & { readonly address?: string })[]>()
      for (const recipient of message.recipients) {
        const { forwardPath } = recipient
        if (!wanted.has(forwardPath) || claim.has.has(forwardPath)) continue
        const rewritten = this.#routes.rewrittenBy(forwardPath)
        const address = rewritten?.srs?.reverse(forwardPath)
        const route = rewritten ?? this.#routes.find(forwardPath)?.target
        if (route === undefined) continue
        const target = group.verdict === 'quarantine' ? this.#holding(route) : route
        const members = byTarget.get(target) ?? []
        members.push(address === undefined ? recipient : { ...recipient, address })
        byTarget.set(target, members)
      }
      return [...byTarget].map(
        ([target, recipients]) => [target, { message, group, recipients, received: top }] as const,
      )
    })
  }

  /**
   * One reply for all. If one recipient is deferred, so is the message: the client tries again, and those who have it
   * are not given it again. Where the only others are refused, the sender gets a report and the client 250; without a
   * proven sender the client tries again, and then the refused recipients are refused at RCPT.
   */
  async #oneAnswer(message: IncomingMessage, claim: Claim, results: Results): Promise<HopAnswer> {
    const all = message.recipients.map(({ forwardPath }) => results.get(forwardPath)?.answer ?? NO_ROUTE)
    const deferred = all.find(answer => !isDelivered(answer) && !isRefused(answer))
    const refused = all.find(isRefused)
    const has = [...results].filter(([, { answer }]) => isDelivered(answer)).map(([path]) => path)
    if (deferred === undefined && refused === undefined) return delivered
    if (deferred === undefined && has.length === 0) return refused ?? incomplete
    if (deferred === undefined && (await this.#report(message, claim, results).catch(() => false))) return delivered
    for (const [path, { answer }] of results)
      if (isRefused(answer)) await this.#refused.remember(message.reversePath, path, answer)
    await claim.partial(has)
    return deferred ?? PARTIAL
  }

  /** Hands reports about the refused recipients to their next hops. @returns whether each of them was taken */
  async #report(message: IncomingMessage, claim: Claim, results: Results): Promise<boolean> {
    if (message.reversePath === '' || !isSenderProven(message.reversePath, message.groups[0] ?? message.outcome))
      return false
    const failed = message.recipients.flatMap(recipient => {
      const result = results.get(recipient.forwardPath)
      return result && isRefused(result.answer) ? [{ ...recipient, ...result }] : []
    })
    const wanted = failed.filter(({ notify = 'FAILURE' }) => notify.includes('FAILURE'))
    for (const [target, members] of Map.groupBy(wanted, ({ target }) => target)) {
      if (!(target instanceof HopTarget)) return false
      if (!(await target.report({ message }, members))) return false
    }
    await claim.taken(failed.map(({ forwardPath }) => forwardPath))
    this.#counts.reports += wanted.length
    return true
  }

  #record(
    message: IncomingMessage,
    recipient: string,
    answer: HopAnswer,
    { to, ms, tries }: { readonly to: string | undefined; readonly ms: number; readonly tries: number },
  ): void {
    const result = isDelivered(answer) ? 'delivered' : isRefused(answer) ? 'refused' : 'deferred'
    this.#counts.add(result, answer === REPEATED)
    const { said } = answer
    const queueId = queueIdOf(answer)
    const report: DeliveryReport = {
      result,
      ...(to !== undefined && { nextHop: to }),
      ...(said && { code: said.code }),
      status: answer.status,
      text: printable(said?.text ?? answer.text, 400),
      ...(queueId !== undefined && { queueId }),
      ms,
      tries,
    }
    message.delivered(recipient, answer === REPEATED ? { ...report, result: 'repeated' } : report)
    this.#onDelivery?.(message.ref, recipient, report)
  }
}

const withReference = (answer: HopAnswer, ref: string): Reply => ({
  ...toReply(answer),
  text: `${answer.text} ref=${ref}`,
})

const REPEATED: HopAnswer = { ...delivered, text: 'It has the message from an earlier try' }
const NO_ROUTE: HopAnswer = { code: 550, status: '5.7.1', text: 'No mail for that domain is accepted here' }
const PARTIAL: HopAnswer = {
  ...{ code: 451, status: '4.3.0' },
  text: 'Not all recipients could be served, try again for the others',
}

/** For hosts that hand over no groups. */
const groupOf = ({ recipients, outcome, content }: IncomingMessage): DeliveryGroup => ({
  verdict: 'accept',
  forwardPaths: recipients.map(({ forwardPath }) => forwardPath),
  trace: outcome.trace,
  content,
})
