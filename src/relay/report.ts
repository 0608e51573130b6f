/** What the relay writes: a line of JSON for each session, and lines for a person. */

import type { Notice } from '../index.ts'
import { escaped } from '../log/json-line.ts'
import { hostPortText } from './config/addresses.ts'
import type { ListenerOptions } from './config/options.ts'

/** A notice to the operator that belongs to no session. */
export const noticeLine = ({ code, reason, level }: Notice): string => `${level}: ${code}: ${escaped(reason)}\n`

/** `127.0.0.1:25 as mx.example.org, LMTP` */
export function listenerText({ at, protocol, implicitTls }: ListenerOptions, name: string, port?: number): string {
  const where = at === 'systemd' ? at : 'path' in at ? at.path : hostPortText({ ...at, port: port ?? at.port })
  return `${where} as ${name}${protocol === 'lmtp' ? ', LMTP' : ''}${implicitTls ? ', TLS' : ''}`
}

/** How the relay has started, for a person. */
export interface Start {
  /** One for each listener. */
  readonly listens: readonly string[]
  /** One for each route. */
  readonly delivers: readonly string[]
  readonly clamd: string
  readonly dns: string
  /** Present where it is more than the memory of one process. */
  readonly store?: string
  readonly workers?: number
  readonly metrics?: string
  readonly rspamd?: string
  readonly enforce: boolean
}

/** At least five lines; the mode is the last. */
export const startLines = (start: Start): string =>
  [
    ...start.listens.map(listener => `listens on   ${listener}`),
    ...start.delivers.map(route => `delivers to  ${route}`),
    `clamd        ${start.clamd}`,
    `DNS servers  ${start.dns}`,
    ...(start.store ? [`store        ${start.store}`] : []),
    ...(start.workers ? [`workers      ${start.workers}`] : []),
    ...(start.metrics ? [`metrics      ${start.metrics}`] : []),
    ...(start.rspamd ? [`Rspamd's     ${start.rspamd}`] : []),
    `mode         ${start.enforce ? 'enforce: decisions are carried out' : 'shadow: decisions are only logged, see mode'}`,
    '',
  ].join('\n')
