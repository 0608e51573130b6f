/** Looks for clamd at the start: a scanner that was named is always asked, the usual one only if it is there. */

import { ping } from '../../src/filters/clamav/clamd.ts'
import { clamav } from '../../src/filters/clamav.ts'
import type { Filter } from '../../src/index.ts'
import { readPlace } from './places.ts'

export interface Found {
  readonly filters: readonly Filter[]
  /** For a person. */
  readonly report: string
}

const USUAL = '/run/clamav/clamd.ctl'

export async function findClamd(named: string | undefined): Promise<Found> {
  const text = named ?? USUAL
  const place = text.startsWith('/') ? undefined : readPlace(text)
  const answers = await ping(place ?? { path: text }, AbortSignal.timeout(2_000))
  if (!answers && named === undefined) return { filters: [], report: `not found at ${USUAL}: nothing is scanned` }
  const report = answers ? `found at ${text}` : `named, but silent at ${text}: mail is not passed unscanned`
  return { filters: [clamav(place ?? { socket: text })], report }
}
