/** A database in which history or quarantine are kept: whether it answers and takes writes. */
import { errorText } from '../model/errors.ts'
import type { DatabaseState } from '../postgres/probe.ts'
import type { Check } from './run.ts'
import { verdicts } from './verdicts.ts'

export interface DatabaseOptions {
  /** What it is for: `history`, `quarantine`. */
  readonly what: string
  /** For a person, without a password. */
  readonly text: string
  readonly state: () => Promise<Pick<DatabaseState, 'version' | 'isReadOnly' | 'ms'>>
}

const EXPECTED = 'a database that answers within a second and takes writes'
const SLOW_MS = 1_000

export const database = ({ what, text, state }: DatabaseOptions): Check => ({
  name: what,
  expected: EXPECTED,
  run: async () => {
    const { ok, warning, failed } = verdicts(`${what} ${text}`, EXPECTED)
    try {
      const { version, isReadOnly, ms } = await state()
      const found = `PostgreSQL ${version} answers in ${Math.round(ms)} ms`
      if (isReadOnly) return [failed(`${found}, and takes no writes`, 'name the primary, and not a standby')]
      return [ms > SLOW_MS ? warning(found, 'bring it nearer, or lighten its load') : ok(found)]
    } catch (error) {
      return [failed(`it does not answer: ${errorText(error)}`, 'start it, and let this machine reach it')]
    }
  },
})
