/** What the line ends of a message say against it: SMTP smuggling, and bare CR or LF. */
import type { LineEnds } from '../mime/decode/line-ends.ts'
import { type Finding, reject } from '../model/finding.ts'

type Counts = Pick<LineEnds, 'endOfDataLookAlike' | 'bareCr' | 'bareLf'>

/**
 * A line of one dot with other line ends is refused in either mode: other servers would take it for the end of the
 * data.
 */
export function lineEndFinding(
  mode: 'normalise' | 'reject',
  { endOfDataLookAlike, bareCr, bareLf }: Counts,
): Finding | undefined {
  if (endOfDataLookAlike)
    return reject('5.6.11', 'a line of a single dot has line ends that other servers take for the end of the data', {
      rule: 'line-ends/end-of-data',
    })
  if (mode === 'reject' && bareCr + bareLf > 0)
    return reject('5.6.11', `the message has ${bareCr} bare CR and ${bareLf} bare LF`, { rule: 'line-ends/bare' })
  return undefined
}
