/** clamd: whether it answers, its version, and how old its signatures are. */
import { errorText } from '../model/errors.ts'
import type { Check } from './run.ts'
import { verdicts } from './verdicts.ts'

export interface ClamdOptions {
  /** Its address, for a person. */
  readonly text: string
  /** Sends VERSION. Rejects without a reply. */
  readonly version: (signal: AbortSignal) => Promise<string>
  /** Mail waits for it; else it is used once it is there. */
  readonly isRequired: boolean
  readonly now: () => number
}

const EXPECTED = 'a clamd that answers, with signatures of the last two days'
const DAY_MS = 86_400_000
const [WARN_DAYS, FAIL_DAYS] = [2, 7]
const TIMEOUT_MS = 5_000

export const clamd = ({ text, version, isRequired, now }: ClamdOptions): Check => ({
  name: 'clamd',
  expected: EXPECTED,
  run: async signal => {
    const { ok, warning, failed, unknown } = verdicts(`clamd ${text}`, EXPECTED)
    let reply: string
    try {
      reply = await version(AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]))
    } catch (error) {
      const start = 'start clamav-daemon, or name its socket in filters.clamav'
      return isRequired
        ? [failed(`it does not answer, so mail is deferred: ${errorText(error)}`, start)]
        : [warning('it does not answer, so no message is scanned', `${start}, or set filters.clamav to false`)]
    }
    // `ClamAV 1.4.3/27500/Sat Nov 28 09:26:22 2026`; without a database the version alone.
    const [program = '', number, date] = reply.trim().slice(0, 200).split('/')
    const freshclam = 'start clamav-freshclam, and see its log'
    if (!/^ClamAV /i.test(program)) return [unknown(`it answers VERSION with ${JSON.stringify(reply.slice(0, 100))}`)]
    const made = Date.parse(`${date} UTC`)
    if (number === undefined || Number.isNaN(made))
      return [unknown(`${program} does not say how old its signatures are`, freshclam)]
    const days = Math.floor((now() - made) / DAY_MS)
    const found = `${program}, signatures ${number} of ${new Date(made).toISOString().slice(0, 10)}`
    if (days >= FAIL_DAYS) return [failed(`${found}: ${days} days old`, freshclam)]
    if (days >= WARN_DAYS) return [warning(`${found}: ${days} days old`, freshclam)]
    return [ok(found)]
  },
})
