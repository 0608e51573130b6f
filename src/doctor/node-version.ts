/** Node: whether it is new enough, and still gets security fixes. */
import type { Check } from './run.ts'
import { verdicts } from './verdicts.ts'

/** When each release line gets its last fix (github.com/nodejs/Release). */
const ENDS: Readonly<Record<number, string>> = {
  18: '2025-04-30',
  20: '2026-04-30',
  21: '2024-06-01',
  22: '2027-04-30',
  23: '2025-06-01',
  24: '2028-04-30',
  25: '2026-06-01',
  26: '2029-04-30',
}

export interface NodeVersionOptions {
  /** `24.21.0`. */
  readonly version: string
  /** The oldest that postern runs on: `22.19`. */
  readonly oldest: string
  readonly now: () => number
}

const MONTHS_3 = 90 * 86_400_000

export const nodeVersion = ({ version, oldest, now }: NodeVersionOptions): Check => {
  const expected = `Node ${oldest} or later, of a release line that gets security fixes`
  return {
    name: 'node',
    expected,
    run: () => {
      const { ok, warning, failed, unknown } = verdicts('node', expected)
      const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
      const [oldMajor = 0, oldMinor = 0] = oldest.split('.').map(Number)
      const remedy = 'install the newest Node with long-term support'
      if (major < oldMajor || (major === oldMajor && minor < oldMinor))
        return [failed(`Node ${version} is too old`, remedy)]
      const end = ENDS[major]
      if (end === undefined) return [unknown(`when Node ${version} gets its last fix is not known to this version`)]
      const left = Date.parse(end) - now()
      if (left <= 0) return [failed(`Node ${version} has got no security fixes since ${end}`, remedy)]
      if (left < MONTHS_3) return [warning(`Node ${version} gets its last security fix on ${end}`, remedy)]
      return [ok(`Node ${version}, with fixes until ${end}`)]
    },
  }
}
