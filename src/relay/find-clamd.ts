/** Looks for clamd at the start: a scanner that was named is always asked, the usual one only if it is there. */

import { existsSync } from 'node:fs'
import { clamav } from '../filters/clamav/clamav.ts'
import { ping } from '../filters/clamav/clamd.ts'
import type { Filter } from '../index.ts'
import { readPlace } from './config/addresses.ts'

export interface Found {
  readonly filters: readonly Filter[]
  /** For a person. */
  readonly report: string
}

const USUAL = '/run/clamav/clamd.ctl'

/** So long after a look without success nobody looks again. */
const LOOK_EVERY_MS = 2_000

export async function findClamd(named: string | undefined, usual = USUAL): Promise<Found> {
  const text = named ?? usual
  const place = text.startsWith('/') ? undefined : readPlace(text)
  const answers = await ping(place ?? { path: text }, AbortSignal.timeout(2_000))
  const scanner = clamav(place ?? { socket: text })
  if (!answers && named === undefined)
    return {
      filters: [fromNowOn(scanner, usual)],
      report: `not found at ${usual}: nothing is scanned until it is there`,
    }
  const report = answers ? `found at ${text}` : `named, but silent at ${text}: mail is not passed unscanned`
  return { filters: [scanner], report }
}

/** A machine starts clamd minutes after its mail: once it has answered it is always asked. */
function fromNowOn(scanner: Filter, path: string): Filter {
  const { message } = scanner
  let [isThere, looked] = [false, Number.NEGATIVE_INFINITY]
  let looking: Promise<boolean> | undefined
  const look = async (): Promise<boolean> => {
    if (isThere || performance.now() - looked < LOOK_EVERY_MS || !existsSync(path)) return isThere
    looked = performance.now()
    isThere = await ping({ path }, AbortSignal.timeout(2_000))
    return isThere
  }
  return {
    ...scanner,
    message: async (context, before) => {
      looking ??= look().finally(() => {
        looking = undefined
      })
      return (await looking) ? await message?.(context, before) : undefined
    },
  }
}
