/** Notices about requests that failed by an error of ours: one a minute, and how many there were meanwhile. */
import type { Gateway } from '../../engine/gateway.ts'
import { errorText } from '../../model/errors.ts'
import { emitWarning, type Notice } from '../../model/services.ts'

const INTERVAL_MS = 60_000

/** @returns reports the error of one request; never throws */
export function failureNotices(code: string, current: () => Gateway): (error: unknown) => void {
  let [at, silent] = [Number.NEGATIVE_INFINITY, 0]
  return error => {
    const now = performance.now()
    if (now - at < INTERVAL_MS) {
      silent += 1
      return
    }
    const more = silent === 0 ? '' : `; ${silent} more requests have failed since the notice before`
    const notice: Notice = { code, reason: `${errorText(error)}${more}`, level: 'warning' }
    at = now
    silent = 0
    try {
      current().services.notify(notice)
    } catch {
      // The gateway itself cannot be had: this may be the error that is reported.
      emitWarning(notice)
    }
  }
}
