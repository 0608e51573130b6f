/** The virus scanner: a configured scanner is always asked, clamd at its usual socket once it is there. */
import { existsSync } from 'node:fs'
import { clamav } from '../filters/clamav/clamav.ts'
import { ping } from '../filters/clamav/clamd.ts'
import { PosternError } from '../model/errors.ts'
import type { Filter } from '../model/filter.ts'
import type { FilterConfig } from './config/types.ts'

export interface Scanner {
  readonly filters: readonly Filter[]
  /** For a person. */
  readonly report: string
}

export const USUAL_SOCKET = '/run/clamav/clamd.ctl'
/** After a ping without an answer none is sent for so long. */
const PING_INTERVAL_MS = 2_000
const PING_TIMEOUT_MS = 2_000

/** @throws PosternError when an option of the scanner is wrong */
export async function findScanner(given: FilterConfig['clamav'], usual = USUAL_SOCKET): Promise<Scanner> {
  if (given === false) return { filters: [], report: 'switched off: no message is scanned' }
  if (given === undefined) {
    if (await answers({ path: usual })) return { filters: [clamav({ socket: usual })], report: `found at ${usual}` }
    const report = `not found at ${usual}: no message is scanned until it is there`
    return { filters: [onceThere(clamav({ socket: usual }), usual)], report }
  }
  const filter = configuredScanner(given)
  const { socket = USUAL_SOCKET, host = '127.0.0.1', port, scanner } = given
  if (scanner !== undefined) return { filters: [filter], report: 'asked through clamscan' }
  const where = port === undefined ? socket : `${host}:${port}`
  const isThere = await answers(port === undefined ? { path: socket } : { host, port })
  return {
    filters: [filter],
    report: isThere ? `found at ${where}` : `does not answer at ${where}: mail is deferred until it does`,
  }
}

/** @throws PosternError when an option is wrong */
export function configuredScanner(options: Exclude<FilterConfig['clamav'], false | undefined>): Filter {
  try {
    return clamav(options)
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    throw new PosternError(error.problems.map(problem => ({ ...problem, path: `filters.${problem.path}` })))
  }
}

const answers = (address: Parameters<typeof ping>[0]): Promise<boolean> =>
  ping(address, AbortSignal.timeout(PING_TIMEOUT_MS))

/** A machine may start clamd minutes after its mail: once it has answered it is always asked. */
function onceThere(scanner: Filter, path: string): Filter {
  // Its absence at the start is in the report.
  const { message, start: _warns, ...rest } = scanner
  let isThere = false
  let lastPing = Number.NEGATIVE_INFINITY
  let asking: Promise<boolean> | undefined
  const look = async (): Promise<boolean> => {
    if (isThere || performance.now() - lastPing < PING_INTERVAL_MS || !existsSync(path)) return isThere
    lastPing = performance.now()
    isThere = await answers({ path })
    return isThere
  }
  return {
    ...rest,
    message: async (context, prior) => {
      asking ??= look().finally(() => {
        asking = undefined
      })
      return (await asking) ? await message?.(context, prior) : undefined
    },
  }
}
