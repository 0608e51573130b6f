/** A handler for messages that a cloud mail service posts as it received them (message/rfc822). */
import { createHmac } from 'node:crypto'
import type { Gateway } from '../../engine/gateway.ts'
import { callback, isSecret, secret } from '../../model/checks.ts'
import type { Decision, Outcome } from '../../model/decision.ts'
import { PosternError } from '../../model/errors.ts'
import { check, hidden, object, relation, required, schemaOf } from '../../model/options.ts'
import type { Size } from '../../model/units.ts'
import { failureNotices } from '../shared/failures.ts'
import { checkedGateway } from '../shared/gateway.ts'
import { bodyChecks, readBodyOptions } from '../shared/options.ts'
import { type ScanResult, scan } from '../shared/scan.ts'
import { isSameSecret } from '../shared/secret.ts'
import { sliced } from '../shared/slices.ts'
import { chunksOf } from '../shared/web/chunks.ts'
import { failed, HttpError, json } from '../shared/web/request.ts'
import type { FetchHandler } from '../shared/web/serve.ts'
import { type Envelope, envelopeOf } from './envelope.ts'

/** How requests prove themselves, and what {@link webhook} does with their messages. */
export interface WebhookOptions {
  /** The complete Authorization header that requests must have: `Bearer secret`. @default not checked */
  readonly authorization?: string
  /**
   * The header of a request that holds the HMAC-SHA-256 of its body under `key`, in hexadecimal or base64, with or
   * without `sha256=` before it. It does not cover the envelope. @default not checked
   */
  readonly signature?: { readonly key: string; readonly header: string }
  /** Reads the envelope of a request. @default envelopeOf: from the query or the headers */
  readonly envelope?: (request: Request) => Envelope | Promise<Envelope>
  /**
   * Delivers a message that was accepted or belongs in quarantine. `outcome.content` can be read until the promise
   * settles.
   * @default the service delivers, by the response
   */
  readonly deliver?: (outcome: Outcome, envelope: Envelope) => Promise<void>
  /** The largest message. @default '25mb' */
  readonly size?: Size
  /** Bytes of all messages in memory together; a request beyond it waits unread. @default '64mb' */
  readonly budget?: Size
}

const schema = schemaOf<WebhookOptions>(
  'webhook',
  {
    authorization: hidden('a secret that requests must have', isSecret),
    signature: object<NonNullable<WebhookOptions['signature']>>(
      { key: required(secret()), header: required(check('the name of a header', name => isHeaderName(name))) },
      'a signature',
    ),
    envelope: callback(),
    deliver: callback(),
    ...bodyChecks,
  },
  relation(
    ['authorization', 'signature'],
    ({ authorization, signature }) =>
      authorization === undefined &&
      signature === undefined && {
        found: undefined,
        expected: 'a secret that requests must have',
        remedy: 'give authorization or signature',
      },
  ),
)

const isHeaderName = (name: unknown): boolean => typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name)

/** Status codes of HTTP: services try again after 503, and give up at 406. */
const codeOf = ({ reply: { code } }: Decision): number => (code >= 500 ? 406 : code >= 400 ? 503 : 200)

/**
 * Returns a handler in the form of `fetch`, for Hono, Deno, Workers on Node, or {@link serve}: the body of a request is
 * one message, the response is the decision as JSON. The status is 200 for an accepted message, 406 for a refused one,
 * and 503 for a message that may be posted again.
 *
 * @throws PosternError when no secret is configured, or a size cannot be read
 * @example
 * serve(webhook(gateway, { authorization: 'Bearer secret', deliver })).listen(8894, '127.0.0.1')
 */
export function webhook(gateway: Gateway | (() => Gateway), options: WebhookOptions): FetchHandler {
  const current = checkedGateway(schema, gateway, options)
  const { authorization, signature, envelope = envelopeOf, deliver } = options
  const { limit, bytes } = readBodyOptions(options, { size: '25mb', budget: '64mb' })
  const report = failureNotices('webhook/failed', current)
  return async request => {
    const share = bytes.open(request.signal)
    try {
      if (request.method !== 'POST') throw new HttpError(405, 'only POST is allowed')
      if (authorization && !isSameSecret(request.headers.get('authorization') ?? '', authorization))
        throw new HttpError(401, 'the Authorization header is wrong or missing')
      const mac = signature && createHmac('sha256', signature.key)
      const body: Uint8Array[] = []
      for await (const chunk of chunksOf(request, limit, share)) {
        body.push(chunk)
        mac?.update(chunk)
      }
      if (mac && !isSigned(request.headers.get(signature.header) ?? '', mac.digest()))
        throw new HttpError(401, `the signature in ${signature.header} is wrong or missing`)
      const received = await envelope(request)
      const content = sliced(...body)
      const judged = await scan(current(), { ...received, content }, async ({ outcome }) => {
        if (outcome && codeOf(outcome) === 200 && outcome.verdict !== 'discard') await deliver?.(outcome, received)
      })
      return json(described(judged), codeOf(judged.decision))
    } catch (error) {
      const known = error instanceof PosternError ? new HttpError(400, error.message) : error
      return failed(known, report)
    } finally {
      share.close()
    }
  }
}

function isSigned(given: string, mac: Buffer): boolean {
  const value = given.trim().replace(/^sha256=/i, '')
  return isSameSecret(value.toLowerCase(), mac.toString('hex')) || isSameSecret(value, mac.toString('base64'))
}

const described = ({ ref, decision, outcome }: ScanResult) => {
  const { verdict, score, tagged, findings, reply } = decision
  return {
    ref,
    verdict,
    score,
    ...(tagged && { tagged }),
    reply: `${reply.code} ${reply.status} ${reply.text}`,
    findings: findings.map(({ rule, reason, points }) => ({ rule, reason, ...(points !== undefined && { points }) })),
    recipients: Object.fromEntries([...(outcome?.each ?? [])].map(([path, each]) => [path, each.verdict])),
    trace: outcome?.trace ?? [],
  }
}
