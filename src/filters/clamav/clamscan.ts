/** A clamscan instance made safe: its promise may never settle, its verdict be null, or its "OK" a lookalike. */

import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { errorText } from '../../model/errors.ts'
import { clean, infected, legible, readReply, type Scan, type ScanVerdict, unknown } from './verdict.ts'

/** What is used of clamscan's `NodeClam`, after its `init()`. It needs a socket or a port: a local program takes no stream. */
export interface StreamScanner {
  scanStream(stream: Readable): Promise<StreamResult>
}

export interface StreamResult {
  /** Null when clamscan does not know: that is never clean. */
  readonly isInfected: boolean | null
  readonly viruses?: readonly string[]
  /** What clamd said. It is there, though clamscan's types do not name it. */
  readonly resultString?: string
}

/**
 * Has the instance read one message. There is no back-pressure to be had: clamscan takes a message as fast as it can be
 * read and keeps what clamd has not taken yet, so only `maxSize` times `concurrency` bounds the memory.
 */
export const clamscanScan =
  (scanner: StreamScanner): Scan =>
  async message => {
    // Of an empty stream clamscan sends not even the command, and waits for ever.
    if (message.size === 0) return clean
    const source = message.open()
    let broken = false
    source.on('error', () => {
      broken = true
    })
    try {
      const over = once(message.signal, 'abort').then(() => unknown('aborted', 'the answer no longer matters'))
      return await Promise.race([scanner.scanStream(source).then(readResult), over])
    } catch (error) {
      return broken ? unknown('error', 'the message could not be read') : readFailure(error)
    } finally {
      source.destroy()
    }
  }

/** clamscan takes any text that ends in `: OK` for clean; where it tells what clamd said, that is read again. */
function readResult({ isInfected, viruses, resultString }: StreamResult): ScanVerdict {
  if (typeof resultString === 'string') {
    const end = resultString.indexOf('\0')
    if (end === -1) return unknown('closed', 'clamd hangs up before a whole reply')
    if (end !== resultString.length - 1) return unknown('garbage', 'clamd says more than one reply')
    return readReply(resultString.slice(0, end))
  }
  if (isInfected === true) return infected(viruses?.[0] ?? 'without a name')
  return isInfected === false ? clean : unknown('garbage', 'clamscan does not know whether the message is clean')
}

function readFailure(error: unknown): ScanVerdict {
  const why = errorText(error)
  const detail = `clamscan failed: ${legible(why)}`
  if (why.includes('size limit exceeded')) return unknown('size-limit', detail)
  if (why.includes('timed out')) return unknown('timeout', detail)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ECONNRESET' || code === 'EPIPE') return unknown('reset', detail)
  return unknown(code.startsWith('E') ? 'refused' : 'error', detail)
}
