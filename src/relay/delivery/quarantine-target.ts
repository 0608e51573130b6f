/** Holds quarantined mail until a person decides, in place of delivering it apart. */
import type { Readable } from 'node:stream'
import { readAuthor } from '../../facts/read-author.ts'
import { headerOf } from '../../mime/header/collect.ts'
import { decodeWords } from '../../mime/header/words.ts'
import type { FindingEntry } from '../../model/events.ts'
import type { Finding } from '../../model/finding.ts'
import { kindOf, type NewHeldMessage, type Quarantine } from '../../quarantine/index.ts'
import type { Claim } from './duplicates.ts'
import { delivered, type HopAnswer } from './hop/answer.ts'
import { complete, forAll, type Parcel, type Release, type Target, type TargetResult } from './target.ts'

/** A quarantine, and what happens when it is full. */
export interface HeldMail {
  readonly quarantine: Quarantine
  /** `deliver`: the message goes where it would have gone without a quarantine. `defer`: the client tries again. */
  readonly whenFull: 'deliver' | 'defer'
}

const FULL: HopAnswer = { code: 452, status: '4.3.1', text: 'Insufficient system storage, try again later' }
const MAX_HEADER_LENGTH = 65_536
const MAX_FINDINGS = 50

export class QuarantineTarget implements Target {
  readonly text = 'quarantine'
  readonly #held: HeldMail
  readonly #route: Target

  /** @param route where the mail goes when there is no room */
  constructor(held: HeldMail, route: Target) {
    this.#held = held
    this.#route = route
  }

  async deliver(parcel: Parcel, claim: Claim): Promise<TargetResult> {
    const result = await this.#held.quarantine.hold(await heldOf(parcel))
    if (result.kind === 'full') return await this.#withoutRoom(parcel, claim)
    const full = new Set(result.full)
    const those = parcel.recipients.filter(({ forwardPath }) => !full.has(forwardPath))
    const said = { code: 250, text: `queued as ${result.message.id}` }
    // The reply says nothing of the quarantine: a sender of spam would learn from it.
    await claim.taken(those.map(({ forwardPath }) => forwardPath))
    const answers = forAll({ recipients: those }, { ...delivered, said })
    if (full.size === 0) return { answers, to: this.text, tries: 1 }
    const rest = parcel.recipients.filter(({ forwardPath }) => full.has(forwardPath))
    const others = await this.#withoutRoom({ ...parcel, recipients: rest }, claim)
    return { ...others, answers: new Map([...answers, ...others.answers]) }
  }

  async #withoutRoom(parcel: Parcel, claim: Claim): Promise<TargetResult> {
    if (this.#held.whenFull === 'deliver') return await this.#route.deliver(parcel, claim)
    return { answers: forAll(parcel, FULL), to: this.text, tries: 0 }
  }

  /** What is released goes to the route of its recipient. */
  release(release: Release): Promise<HopAnswer> {
    return this.#route.release(release)
  }

  close(): void {}
}

async function heldOf({ message, group, recipients, received }: Parcel): Promise<NewHeldMessage> {
  const { ref, transaction, ip = null, reversePath, outcome } = message
  const paths = recipients.map(({ forwardPath }) => forwardPath)
  const { findings, score } = outcome.each.get(paths[0] ?? '') ?? outcome
  const entries = findings.slice(0, MAX_FINDINGS).map(entryOf)
  const top = Buffer.from(received, 'latin1')
  const trace = group.trace.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return {
    ...{ ref, transaction, ip, reversePath, recipients: paths, score, findings: entries, kind: kindOf(entries) },
    ...(outcome.authentication && { authentication: outcome.authentication }),
    ownFields: top.length + trace.length,
    ...(await headerFieldsOf(group.content.open())),
    size: top.length + group.content.size,
    content: (async function* () {
      yield top
      yield* complete(group.content)
    })(),
  }
}

function entryOf({ rule = '', reason, points, verdict }: Finding): FindingEntry {
  return { rule, reason, ...(points !== undefined && { points }), ...(verdict !== undefined && { verdict }) }
}

/** What a list of held messages shows. */
async function headerFieldsOf(content: Readable): Promise<Pick<NewHeldMessage, 'from' | 'subject' | 'messageId'>> {
  const parts: Buffer[] = []
  let length = 0
  for await (const bytes of content as AsyncIterable<Buffer>) {
    parts.push(bytes)
    length += bytes.length
    if (length >= MAX_HEADER_LENGTH) break
  }
  const header = headerOf(Buffer.concat(parts).subarray(0, MAX_HEADER_LENGTH))
  const author = readAuthor(header, true)
  const [subject, id] = [header.all('subject')[0]?.value, header.all('message-id')[0]?.value]
  return {
    ...(author.kind === 'clear' && { from: author.address }),
    ...(subject !== undefined && { subject: decodeWords(subject).slice(0, 320) }),
    ...(id !== undefined && { messageId: id.slice(0, 320) }),
  }
}
