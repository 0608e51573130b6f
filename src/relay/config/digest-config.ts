/** The configuration of digests, as an operator writes it. */
import type { DigestOptions } from '../../digest/types.ts'

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
