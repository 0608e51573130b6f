/** File descriptors: whether the process may open as many as the configured sessions can need. */
import type { Check } from './run.ts'
import { verdicts } from './verdicts.ts'

export interface DescriptorsOptions {
  /** The most sessions of one process. */
  readonly sessions: number
  /** How many this process may open. */
  readonly limit: number
}

/** A session has a socket, and at worst a spooled message, a connection to the next hop and one to the scanner. */
const EACH = 4
/** Listeners, stores, files of the history, name servers. */
const BESIDE = 200

export const descriptors = ({ sessions, limit }: DescriptorsOptions): Check => {
  const wanted = sessions * EACH + BESIDE
  const expected = `${wanted} for ${sessions} sessions: ${EACH} for each and ${BESIDE} beside them`
  return {
    name: 'descriptors',
    expected,
    run: () => {
      const { ok, warning, failed } = verdicts('descriptors', expected)
      const found = `this process may open ${Number.isFinite(limit) ? limit : 'any number'}`
      const remedy = `set LimitNOFILE=${wanted} in postern.service, or lower load.sessions`
      if (limit >= wanted) return [ok(found)]
      return [limit < sessions + BESIDE ? failed(found, remedy) : warning(found, remedy)]
    },
  }
}
