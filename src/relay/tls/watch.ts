/** Shows a renewed certificate without a restart: looks at its files every two seconds, and at SIGHUP. */
import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSecureContext } from 'node:tls'
import type { Notify } from '../../types.ts'
import { readPem } from '../config/addresses.ts'

const LOOK_EVERY_MS = 2_000

export interface Pem {
  readonly cert: string
  readonly key: string
}

export interface PemFiles extends Pem {
  /** Where they were read. */
  readonly files: Pem
}

/**
 * Hands over what has changed, if it can be used: certificate and key are written one after the other, and between the
 * two the old ones stay. @returns how to end it
 */
export function watchPem({ files, ...first }: PemFiles, use: (pem: Pem) => void, notify: Notify): () => void {
  const over = new AbortController()
  let [seen, current] = ['', first as Pem]
  const look = async () => {
    const stamps = await Promise.all([files.cert, files.key].map(file => stat(file, { bigint: true })))
    const stamp = stamps.map(({ mtimeNs, ino, size }) => `${mtimeNs} ${ino} ${size}`).join(' ')
    if (stamp === seen) return
    const problems: string[] = []
    const wrong = (path: string) => void problems.push(path)
    const read = (path: string, file: string) => readPem(path, file, (...args) => wrong(args[0]) as undefined)
    const [cert, key] = [read('--cert', files.cert), read('--key', files.key)]
    if (cert === undefined || key === undefined) throw new Error(`${problems.join(' and ')} cannot be read`)
    seen = stamp
    if (cert === current.cert && key === current.key) return
    createSecureContext({ cert, key })
    use({ cert, key })
    current = { cert, key }
    notify({ code: 'relay/certificate', reason: 'the certificate was read again', level: 'info' })
  }
  let failing = ''
  const tryLook = async () => {
    try {
      await look()
      failing = ''
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (reason !== failing)
        notify({ code: 'relay/certificate', reason: `the old one stays: ${reason}`, level: 'warning' })
      failing = reason
    }
  }
  const watch = async () => {
    while (!over.signal.aborted) {
      await tryLook()
      await sleep(LOOK_EVERY_MS, undefined, { signal: over.signal, ref: false })
    }
  }
  const hangUp = () => void tryLook()
  process.on('SIGHUP', hangUp)
  watch().catch(() => undefined)
  return () => {
    process.off('SIGHUP', hangUp)
    over.abort()
  }
}
