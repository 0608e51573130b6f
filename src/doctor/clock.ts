/** The clock: against the clocks of servers that we use anyway. */
import { errorText } from '../model/errors.ts'
import type { Check } from './run.ts'
import type { CheckResult } from './types.ts'
import { verdicts } from './verdicts.ts'

/** A clock of another machine. */
export interface Reference {
  /** Whose clock it is, for a person. */
  readonly name: string
  /** Milliseconds since 1970. */
  readonly time: (signal: AbortSignal) => Promise<number>
}

export interface ClockOptions {
  readonly references: readonly Reference[]
  /** Whether a service of this machine says that the clock is kept right. Undefined: none says so. */
  readonly synchronised: () => Promise<string | undefined>
  readonly now: () => number
}

const EXPECTED = 'the time, to five seconds: signatures, certificates and one-time passwords need it'
const [WARN_MS, FAIL_MS] = [5_000, 60_000]
const REMEDY = 'start systemd-timesyncd or chrony'

export const clock = (options: ClockOptions): Check => ({
  name: 'clock',
  expected: EXPECTED,
  run: async signal => {
    const { references, synchronised, now } = options
    const compared = await Promise.all(references.map(reference => compare(reference, now, signal)))
    if (compared.some(({ status }) => status !== 'unknown'))
      return compared.filter(({ status }) => status !== 'unknown')
    const { ok, unknown } = verdicts('clock', EXPECTED)
    const service = await synchronised()
    if (service !== undefined) return [ok(`${service} keeps it right`)]
    return [unknown('there is nothing to compare it with: no server that we use tells the time', REMEDY)]
  },
})

async function compare({ name, time }: Reference, now: () => number, signal: AbortSignal): Promise<CheckResult> {
  const { ok, warning, failed, unknown } = verdicts(`clock ${name}`, EXPECTED)
  try {
    const began = now()
    const theirs = await time(signal)
    // The answer was under way: its middle is nearest to the moment at which it was true.
    const off = theirs - (began + now()) / 2
    const text = `it differs from that of ${name} by ${(Math.abs(off) / 1000).toFixed(1)} s`
    if (!Number.isFinite(off)) return unknown(`${name} does not tell the time`)
    if (Math.abs(off) > FAIL_MS) return failed(text, REMEDY)
    return Math.abs(off) > WARN_MS ? warning(text, REMEDY) : ok(text)
  } catch (error) {
    return unknown(errorText(error))
  }
}
