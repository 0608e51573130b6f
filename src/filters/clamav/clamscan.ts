/**
 * A scan by a clamscan instance, made safe: its promise may never settle, its verdict be null, or its "OK" be false.
 */

import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { errorText } from '../../model/errors.ts'
import { clean, infected, legible, readReply, type Scan, type ScanVerdict, unknown } from './verdict.ts'

/**
 * The method of clamscan's `NodeClam` that is used, after its `init()`. It needs a socket or a port: clamscan cannot
 * stream to a local program.
 */
export interface StreamScanner {
  /** Scans one message. */
  scanStream(stream: Readable): Promise<StreamResult>
}

/** The result of `scanStream`. */
export interface StreamResult {
  /** Null when clamscan does not know; that is never taken for clean. */
  readonly isInfected: boolean | null
  /** The names of what was found. */
  readonly viruses?: readonly string[]
  /** The reply of clamd. clamscan gives it, though its types do not say so. */
  readonly resultString?: string
}

/**
 * A scan by the instance. It has no back-pressure: clamscan reads a message as fast as it can and buffers what clamd
 * has not taken yet, so that `maxSize` times `concurrency` bounds the memory.
 */
export const clamscanScan =
  (scanner: StreamScanner): Scan =>
  async message => {
    // For an empty stream clamscan does not send the command, and waits for ever.
    if (message.size === 0) return clean
    const source = message.open()
    let isUnreadable = false
    source.on('error', () => {
      isUnreadable = true
    })
    try {
      const aborted = once(message.signal, 'abort').then(() => unknown('aborted', 'the answer is not needed any more'))
      return await Promise.race([scanner.scanStream(source).then(readResult), aborted])
    } catch (error) {
      return isUnreadable ? unknown('error', 'the message could not be read') : readFailure(error)
    } finally {
      source.destroy()
    }
  }

/**
 * clamscan takes any text that ends in `: OK` for clean, so that the reply of clamd is read again where it is given.
 */
function readResult({ isInfected, viruses, resultString }: StreamResult): ScanVerdict {
  if (typeof resultString === 'string') {
    const end = resultString.indexOf('\0')
    if (end === -1) return unknown('closed', 'clamd closed the connection before a whole reply')
    if (end !== resultString.length - 1) return unknown('garbage', 'clamd sent more than one reply')
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
