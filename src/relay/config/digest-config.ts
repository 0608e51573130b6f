/** The configuration of digests, as an operator writes it, and its check. */
import { digestShape } from '../../digest/check.ts'
import type { DigestOptions } from '../../digest/types.ts'
import { type Check, object } from '../../model/options.ts'
import { hostPort } from './store-check.ts'

/** Digests of held mail. */
export interface DigestConfig extends Omit<DigestOptions, 'url'> {
  /** Where the links lead, as people reach it: `https://mail.example.org`. @default `console.url` */
  readonly url?: string
  /**
   * Where the pages behind the links are served: HOST:PORT. A reverse proxy with TLS belongs in front of it.
   * @default the console serves them
   */
  readonly listen?: string
}

export const digestCheck: Check<DigestConfig> = object<DigestConfig>({ ...digestShape, listen: hostPort(0) }, 'digests')
