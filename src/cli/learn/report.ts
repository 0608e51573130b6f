/** The report of `postern learn`, as lines. */
import type { Outlook, Share } from './outlook.ts'

/** @param falsePositives the share of honest mail that may be judged as spam */
export function reportLines(outlook: Outlook, falsePositives: number): readonly string[] {
  const { judged } = outlook
  const early = judged.filter(({ threshold }) => threshold === undefined).length
  const needed = Math.ceil(1 / falsePositives) - 1
  return [
    `of the last ${judged.length} messages, each judged before it was learned, at the target of ${percent(falsePositives)}:`,
    `  ${shareOf(outlook.taken('spam'))} of the spam would have been caught`,
    `  ${shareOf(outlook.taken('ham'))} of the ham would have been held`,
    ...(early > 0
      ? [
          `  ${early} of them came before ${needed} ham were learned, which the target needs: none of these counts as caught`,
        ]
      : []),
    'imported mail gives words their weight, and no guarantee: until people have sorted enough new mail here, the',
    'classifier adds 2 points at most',
  ]
}

const shareOf = ({ count, of }: Share): string =>
  of === 0 ? 'none of 0' : `${count} of ${of} (${percent(count / of)})`

const percent = (share: number): string => `${Math.round(share * 10_000) / 100} %`
