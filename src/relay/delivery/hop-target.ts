/** Delivers to a next hop: rewritten, signed and sealed where the route says so. */
import { Readable } from 'node:stream'
import type { Services } from '../../model/services.ts'
import type { Claim } from './duplicates.ts'
import { type HopAnswer, incomplete, isDelivered } from './hop/answer.ts'
import { NextHop } from './hop/next-hop.ts'
import { type FailedRecipient, failureReport } from './report.ts'
import { Sealing } from './sealing.ts'
import { SenderRewriting } from './srs.ts'
import { complete, type Parcel, type Release, type Target, type TargetResult } from './target.ts'
import type { DeliveryServices, NextHopOptions } from './types.ts'

export class HopTarget implements Target {
  readonly hop: NextHop
  readonly srs: SenderRewriting | undefined
  readonly #sealing: Sealing
  readonly #takesReports: boolean
  readonly #name: string
  readonly #clock: Services['clock']
  readonly #isOurDomain: (reversePath: string) => boolean

  /** `isOurDomain`: a reverse-path of ours needs no rewriting. */
  constructor(options: NextHopOptions, services: DeliveryServices, isOurDomain: (reversePath: string) => boolean) {
    const { name, clock, notify } = services
    this.hop = new NextHop(options, services)
    this.srs = options.srs && new SenderRewriting(options.srs, () => clock.now())
    this.#sealing = new Sealing(options, name, notify)
    this.#takesReports = options.reports !== false && options.protocol !== 'lmtp'
    this.#name = name
    this.#clock = clock
    this.#isOurDomain = isOurDomain
  }

  get text(): string {
    return this.hop.text
  }

  async deliver({ message, group, recipients, received }: Parcel, claim: Claim): Promise<TargetResult> {
    const { content } = group
    const fields = this.#sealing.isNeeded ? await this.#sealing.fieldsFor(content, group) : ''
    const top = Buffer.from(fields + received, 'latin1')
    const { ret, envid, utf8 } = message.parameters
    const { answers, to, tries } = await this.hop.send({
      reversePath: this.#senderOf(message.reversePath),
      recipients: recipients.map(({ forwardPath, address = forwardPath, notify, orcpt }) => ({
        forwardPath: address,
        ...(notify !== undefined && { notify }),
        ...(orcpt !== undefined && { orcpt }),
      })),
      size: top.length + content.size,
      utf8,
      ...(ret && { ret }),
      ...(envid !== undefined && { envid }),
      open: () => Readable.from(joined(top, complete(content)), { objectMode: false }),
    })
    const byRecipient = new Map(
      recipients.flatMap(({ forwardPath, address = forwardPath }) => {
        const answer = answers.get(address)
        return answer === undefined ? [] : [[forwardPath, answer] as const]
      }),
    )
    await claim.taken([...byRecipient].filter(([, answer]) => isDelivered(answer)).map(([path]) => path))
    return { answers: byRecipient, to, tries }
  }

  /** Hands a report of failed recipients to the hop, for the sender. @returns whether the hop has taken it */
  async report(parcel: Pick<Parcel, 'message'>, failed: readonly FailedRecipient[]): Promise<boolean> {
    if (!this.#takesReports) return false
    const report = await failureReport(parcel.message, failed, this.#name, new Date(this.#clock.now()))
    if (report === undefined) return false
    const { answers } = await this.hop.send(report)
    return answers.size > 0 && [...answers.values()].every(isDelivered)
  }

  async release({ reversePath, recipient, size, open }: Release): Promise<HopAnswer> {
    const { answers } = await this.hop.send({
      reversePath: this.#senderOf(reversePath),
      recipients: [{ forwardPath: recipient }],
      size,
      utf8: NOT_ASCII.test(reversePath + recipient),
      open,
    })
    return answers.get(recipient) ?? incomplete
  }

  close(): void {
    this.hop.close()
  }

  #senderOf(reversePath: string): string {
    return this.srs === undefined || this.#isOurDomain(reversePath) ? reversePath : this.srs.rewrite(reversePath)
  }
}

const NOT_ASCII = /[^\x00-\x7f]/

async function* joined(top: Buffer, content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield top
  yield* content
}
