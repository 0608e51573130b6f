/** Recipients that an HTTP service knows. */
import { toMilliseconds } from '../../../model/units.ts'
import type { RecipientUrlOptions } from '../types.ts'
import { KNOWN, type RecipientSource, UNKNOWN } from './source.ts'

export function recipientUrl({ url, headers = {}, timeout = '5s' }: RecipientUrlOptions): RecipientSource {
  const timeoutMs = toMilliseconds(timeout)
  const check: RecipientSource['check'] = async ({ address }) => {
    const place = url.replaceAll('{address}', () => encodeURIComponent(address))
    const response = await fetch(place, {
      headers,
      // An answer from another place than the named service is not taken.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    // The body is of no interest, however long it is.
    await response.body?.cancel()
    if (response.status === 200 || response.status === 204) return KNOWN
    if (response.status === 404 || response.status === 410) return UNKNOWN
    throw new Error(`the service of recipients answered ${response.status} for ${address}`)
  }
  return { name: 'url', check, close: () => undefined }
}
