/** How much weight a verdict deserves: it grows with the number of recent examples of the site. */

/** Examples of each kind from which on there is a verdict. */
export const FIRST_EXAMPLES = { ham: 20, spam: 10 } as const

/** What the grade depends on. */
export interface Known {
  /** Honest examples whose margins are kept, and unwanted ones. */
  readonly ham: number
  readonly spam: number
  /** The share of honest mail that may be judged as spam. */
  readonly asked: number
  /** Examples of each kind that a full grade needs at least. */
  readonly minExamples: number
}

/** Honest examples that are enough for a guarantee of this share: n of them guarantee 1 in n + 1. */
const enoughFor = (asked: number): number => Math.ceil(1 / asked) - 1

/**
 * From 0, where there are just enough examples for a first verdict, to 1, where the asked share can be guaranteed;
 * undefined before. Between them it grows with the logarithm of the examples, as the guarantee does.
 */
export function gradeOf({ ham, spam, asked, minExamples }: Known): number | undefined {
  const honest = part(ham, FIRST_EXAMPLES.ham, Math.max(enoughFor(asked), minExamples))
  const unwanted = part(spam, FIRST_EXAMPLES.spam, minExamples)
  return honest === undefined || unwanted === undefined ? undefined : Math.min(honest, unwanted)
}

function part(count: number, first: number, full: number): number | undefined {
  if (count >= full) return 1
  return count < first ? undefined : Math.log((count + 1) / (first + 1)) / Math.log((full + 1) / (first + 1))
}
