/** A handler for messages that a cloud mail service posts as it received them (message/rfc822). */

import { createHmac } from 'node:crypto'
import type { Gateway } from '../../engine/gateway.ts'
import { callback, isSecret, secret, size as sizeCheck } from '../../model/checks.ts'
import type { Decision, Outcome } from '../../model/decision.ts'
import { PosternError } from '../../model/errors.ts'
import { check, hidden, object, relation, required, schemaOf } from '../../model/options.ts'
import { type Size, toBytes } from '../../model/units.ts'
import { type ScanResult, scan } from '../rspamd/scan.ts'
import { checkedGateway } from '../shared/gateway.ts'
import { sliced } from '../shared/slices.ts'
import { byteBudget } from '../shared/web/budget.ts'
import { chunksOf } from '../shared/web/chunks.ts'
import { failed, isSame, json, WebError } from '../shared/web/request.ts'
import type { FetchHandler } from '../shared/web/serve.ts'
import { type Envelope, envelopeOf } from './envelope.ts'

export interface WebhookOptions {
  /** The whole Authorization header that requests must have: `Bearer secret`. @default none is asked for */
  readonly authorization?: string
  /**
   * Requests must show that they know `key`: the header holds HMAC-SHA-256 of the body, in hexadecimal or base64, with or
   * without `sha256=` before it. The envelope is not covered by it. @default none is asked for
   */
  readonly signature?: { readonly key: string; readonly header: string }
  /** Who sends to whom. @default envelopeOf: from the query or the headers */
  readonly envelope?: (request: Request) => Envelope | Promise<Envelope>
  /** Takes a message that was accepted or belongs in quarantine; `outcome.content` is to be read before it settles. @default nobody: the answer tells all */
  readonly deliver?: (outcome: Outcome, envelope: Envelope) => Promise<void>
  /** The largest message. @default '25mb' */
  readonly size?: Size
  /** Bytes of messages in memory at once, over all requests; a request beyond it waits for its turn. @default '64mb' */
  readonly budget?: Size
}

const schema = schemaOf<WebhookOptions>(
  'webhook',
  {
    authorization: hidden('a secret that requests must show', isSecret),
    signature: object<NonNullable<WebhookOptions['signature']>>(
      { key: required(secret()), header: required(check('the name of a header', name => isHeaderName(name))) },
      'a signature',
    ),
    envelope: callback(),
    deliver: callback(),
    size: sizeCheck({ min: 1 }),
    budget: sizeCheck({ min: 1 }),
  },
  relation(
    ['authorization', 'signature'],
    ({ authorization, signature }) =>
      authorization === undefined &&
      signature === undefined && {
        found: undefined,
        expected: 'a secret that requests must show',
        remedy: 'give authorization or signature',
      },
  ),
)

const isHeaderName = (name: unknown): boolean => typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name)

/** HTTP's codes: services come again after 503, and give up at 406. */
const codeOf = ({ reply: { code } }: Decision): number => (code >= 500 ? 406 : code >= 400 ? 503 : 200)

/**
 * A handler in the form of `fetch`, for Hono, Deno, Workers on Node, or {@link serve}: one message in the body, the verdict
 * as JSON. The code is 200 for what was taken, 406 for what was refused, 503 for what may come again.
 *
 * @throws PosternError when nobody has to show who he is, or the size cannot be read
 * @example
 * serve(webhook(gateway, { authorization: 'Bearer secret', deliver })).listen(8894, '127.0.0.1')
 */
export function webhook(gateway: Gateway | (() => Gateway), options: WebhookOptions): FetchHandler {
  const current = checkedGateway(schema, gateway, options)
  const { authorization, signature, envelope = envelopeOf, deliver, size = '25mb', budget = '64mb' } = options
  const limit = toBytes(size)
  const bytes = byteBudget(toBytes(budget))
  return async request => {
    const share = bytes.open(request.signal)
    try {
      if (request.method !== 'POST') throw new WebError(405, 'messages are posted')
      if (authorization && !isSame(request.headers.get('authorization') ?? '', authorization))
        throw new WebError(401, 'the Authorization header is wrong or missing')
      const mac = signature && createHmac('sha256', signature.key)
      const body: Uint8Array[] = []
      for await (const chunk of chunksOf(request, limit, share)) {
        body.push(chunk)
        mac?.update(chunk)
      }
      if (mac && !isSigned(request.headers.get(signature.header) ?? '', mac.digest()))
        throw new WebError(401, `the signature in ${signature.header} is wrong or missing`)
      const sent = await envelope(request)
      const content = sliced(...body)
      const judged = await scan(current(), { ...sent, content }, async ({ outcome }) => {
        if (outcome && codeOf(outcome) === 200 && outcome.verdict !== 'discard') await deliver?.(outcome, sent)
      })
      return json(told(judged), codeOf(judged.decision))
    } catch (error) {
      const known = error instanceof PosternError ? new WebError(400, error.message) : error
      return failed(known, reason => current().services.notify({ code: 'webhook/failed', reason, level: 'warning' }))
    } finally {
      share.close()
    }
  }
}

function isSigned(given: string, mac: Buffer): boolean {
  const value = given.trim().replace(/^sha256=/i, '')
  return isSame(value.toLowerCase(), mac.toString('hex')) || isSame(value, mac.toString('base64'))
}

const told = ({ ref, decision, outcome }: ScanResult) => {
  const { verdict, score, findings, reply } = decision
  return {
    ref,
    verdict,
    score,
    reply: `${reply.code} ${reply.status} ${reply.text}`,
    findings: findings.map(({ rule, reason, points }) => ({ rule, reason, ...(points !== undefined && { points }) })),
    recipients: Object.fromEntries([...(outcome?.each ?? [])].map(([path, each]) => [path, each.verdict])),
    trace: outcome?.trace ?? [],
  }
}
