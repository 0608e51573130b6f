/**
 * Alerts as requests: JSON, signed with HMAC-SHA-256 over a time stamp and the body, so that a receiver can refuse what
 * is forged and what is old.
 */
import { createHmac } from 'node:crypto'
import { escapeInvisible } from '../model/printable.ts'
import type { Outgoing } from './board.ts'

/** Where alerts are posted to. */
export interface AlertWebhook {
  /** `https://…`, or `http://…` on the loopback. */
  readonly url: string
  /** The key of the signature, at least 16 characters. */
  readonly secret: string
}

/** Sends a request; the `fetch` of the platform is one. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

const TIMEOUT_MS = 10_000

/** The value of `X-Postern-Signature`: `sha256=` and the HMAC of `TIMESTAMP.BODY` in hexadecimal. */
const signatureOf = (secret: string, timestamp: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`

/** The body of a request. */
function bodyOf({ id, kind, alerts }: Outgoing, node: string): string {
  const told = alerts.map(({ id: alert, rule, subject, severity, since, endedAt, what, affected, remedy, nodes }) => ({
    ...{ id: alert, rule, severity },
    ...(subject !== undefined && { subject }),
    since: new Date(since).toISOString(),
    ...(endedAt !== undefined && { ended: new Date(endedAt).toISOString() }),
    ...{ what: escapeInvisible(what), affected: escapeInvisible(affected), remedy: escapeInvisible(remedy), nodes },
  }))
  return JSON.stringify({ version: 1, id, kind, from: node, alerts: told })
}

/** @throws when it was not taken: there was no answer in time, or its status is not 2xx */
export async function post(
  outgoing: Outgoing,
  {
    url,
    secret,
    node,
    now,
    fetch,
  }: AlertWebhook & { readonly node: string; readonly now: number; readonly fetch: Fetch },
): Promise<void> {
  const body = bodyOf(outgoing, node)
  const timestamp = String(Math.floor(now / 1000))
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'postern',
      'X-Postern-Timestamp': timestamp,
      'X-Postern-Signature': signatureOf(secret, timestamp, body),
    },
    body,
    // A redirect could lead into a network that the operator did not mean.
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`the webhook answers ${response.status}`)
}
