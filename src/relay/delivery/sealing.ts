/** Signs forwarded mail with a key of the operator: DKIM (RFC 6376) and ARC (RFC 8617). mailauth computes both. */
import { Readable } from 'node:stream'
import type { Content, Outcome } from '../../model/decision.ts'
import { errorText } from '../../model/errors.ts'
import { lazyModule } from '../../model/lazy.ts'
import type { Notify } from '../../model/services.ts'
import { resultsOf } from './proof.ts'
import type { NextHopOptions, RouteOptions, SigningKey } from './types.ts'

/** RFC 8617 §5.1.1: what was found out about the chain as it arrived. */
type ChainStatus = 'none' | 'pass' | 'fail'

const NOTICE_INTERVAL_MS = 60_000
/** A header that is longer was not examined for a chain. */
const MAX_HEADER_BYTES = 262_144

const signing = lazyModule(() => import('mailauth/lib/dkim/sign.js'))
const arcSealing = lazyModule(() => import('mailauth/lib/arc/index.js'))

/** Loads what these routes sign with, before the first message. */
export async function loadSealing(routes: readonly RouteOptions[]): Promise<void> {
  const hops = routes.flatMap(({ nextHop }) => nextHop ?? [])
  await Promise.all([hops.some(({ dkim }) => dkim) && signing(), hops.some(({ arc }) => arc) && arcSealing()])
}

export class Sealing {
  readonly #arc: SigningKey | undefined
  readonly #dkim: SigningKey | undefined
  readonly #name: string
  readonly #notify: Notify
  #noticedAt = Number.NEGATIVE_INFINITY

  constructor({ arc, dkim }: Pick<NextHopOptions, 'arc' | 'dkim'>, name: string, notify: Notify) {
    this.#arc = arc
    this.#dkim = dkim
    this.#name = name
    this.#notify = notify
  }

  get isNeeded(): boolean {
    return this.#arc !== undefined || this.#dkim !== undefined
  }

  /**
   * The fields that belong above the message. A message that cannot be signed is delivered without: a missing signature
   * harms less than a missing message. Never rejects.
   */
  async fieldsFor(content: Content, outcome: Pick<Outcome, 'trace'>): Promise<string> {
    let fields = ''
    try {
      if (this.#dkim !== undefined) fields = await this.#sign(this.#dkim, content)
    } catch (error) {
      this.#complain(`a DKIM signature of ${this.#dkim?.domain} failed: ${errorText(error)}`)
    }
    try {
      if (this.#arc !== undefined) fields = (await this.#seal(this.#arc, content, outcome, fields)) + fields
    } catch (error) {
      this.#complain(`an ARC seal of ${this.#arc?.domain} failed: ${errorText(error)}`)
    }
    return fields
  }

  async #sign({ domain, selector, key }: SigningKey, content: Content): Promise<string> {
    const { dkimSign } = await signing()
    const signature = { signingDomain: domain, selector, privateKey: key }
    const { signatures, errors } = await dkimSign(content.open(), { ...signature, signatureData: [signature] })
    const [error] = errors ?? []
    if (error) throw error.err
    // A field without a name and an empty line would end the header.
    if (!/^DKIM-Signature:[\s\S]*\r\n$/.test(signatures)) throw new Error('no signature was made')
    return signatures
  }

  /** The seal covers our own signature and our own Authentication-Results. */
  async #seal(key: SigningKey, content: Content, outcome: Pick<Outcome, 'trace'>, above: string): Promise<string> {
    const results = resultsOf(outcome)
    const cv = chainStatus(results.of('arc')[0]?.result) ?? ((await hasChain(content)) ? undefined : 'none')
    // The lookup of a key failed, or the chain was not examined: a seal would say what is not known.
    if (cv === undefined) return ''
    const { createSeal } = await arcSealing()
    const { headers, errors } = await createSeal(Readable.from(joined(above, content), { objectMode: false }), {
      seal: {
        signingDomain: key.domain,
        selector: key.selector,
        privateKey: key.key,
        authResults: results.field ?? `${this.#name}; none`,
        cv,
      },
    })
    // A chain that has ended, or has 50 sets, gets no further seal (RFC 8617 §5.1): that is no failure of ours.
    if (headers.length === 0 && errors.every(({ err }) => ENDED.has(String((err as { code?: unknown }).code))))
      return ''
    const [error] = errors
    if (error) throw error.err
    return `${headers.join('\r\n')}\r\n`
  }

  #complain(reason: string): void {
    if (performance.now() - this.#noticedAt < NOTICE_INTERVAL_MS) return
    this.#noticedAt = performance.now()
    this.#notify({ code: 'delivery/signature', reason: `${reason}: mail goes on without it`, level: 'warning' })
  }
}

const ENDED: ReadonlySet<string> = new Set(['EARCCHAINFAILED', 'EINVALIDINSTANCE'])

const chainStatus = (result: string | undefined): ChainStatus | undefined =>
  result === 'none' || result === 'pass' || result === 'fail' ? result : undefined

async function hasChain({ open }: Content): Promise<boolean> {
  let header = ''
  for await (const bytes of open() as AsyncIterable<Buffer>) {
    header += bytes.toString('latin1')
    const end = header.indexOf('\r\n\r\n')
    if (end === -1 && header.length < MAX_HEADER_BYTES) continue
    return end === -1 || /^arc-/im.test(header.slice(0, end))
  }
  return /^arc-/im.test(header)
}

async function* joined(above: string, content: Content): AsyncGenerator<Buffer> {
  if (above !== '') yield Buffer.from(above, 'latin1')
  yield* content.open() as AsyncIterable<Buffer>
}
