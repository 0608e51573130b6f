/** Shows a renewed certificate without a restart: checks its files every two seconds, and when asked to. */
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSecureContext } from 'node:tls'
import { errorText } from '../../model/errors.ts'
import type { Notify } from '../../model/services.ts'

const INTERVAL_MS = 2_000

export interface Pem {
  readonly cert: string
  readonly key: string
}

export interface PemFiles extends Pem {
  /** Where they were read. */
  readonly files: Pem
}

/**
 * A certificate that follows its files. What cannot be used changes nothing: certificate and key are written one after
 * the other, and until both belong together the old ones stay.
 */
export class WatchedCertificate {
  readonly #files: Pem
  readonly #notify: Notify
  readonly #over = new AbortController()
  #current: Pem
  #stamp = ''
  #failure = ''

  constructor({ files, cert, key }: PemFiles, notify: Notify) {
    this.#files = files
    this.#notify = notify
    this.#current = { cert, key }
    this.#watch().catch(() => undefined)
  }

  get current(): Pem {
    return this.#current
  }

  /** Checks the files now. Never rejects. */
  async check(): Promise<void> {
    try {
      await this.#read()
      this.#failure = ''
    } catch (error) {
      const reason = errorText(error)
      if (reason !== this.#failure)
        this.#notify({ code: 'relay/certificate', reason: `the old one stays: ${reason}`, level: 'warning' })
      this.#failure = reason
    }
  }

  stop(): void {
    this.#over.abort()
  }

  async #watch(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await this.check()
      await sleep(INTERVAL_MS, undefined, { signal: this.#over.signal, ref: false })
    }
  }

  async #read(): Promise<void> {
    const files = [this.#files.cert, this.#files.key]
    const stats = await Promise.all(files.map(file => stat(file, { bigint: true })))
    const stamp = stats.map(({ mtimeNs, ino, size }) => `${mtimeNs} ${ino} ${size}`).join(' ')
    if (stamp === this.#stamp) return
    const [cert = '', key = ''] = await Promise.all(files.map(file => readFile(file, 'utf8')))
    this.#stamp = stamp
    if (cert === this.#current.cert && key === this.#current.key) return
    createSecureContext({ cert, key })
    this.#current = { cert, key }
    this.#notify({ code: 'relay/certificate', reason: 'the certificate was read again', level: 'info' })
  }
}
