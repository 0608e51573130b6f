/** How much each set counts: thousands of messages of one list must not drown a few parcels. */
import type { Example } from './examples.ts'
import type { Weighted } from './fit.ts'

/** The part of each source in all unwanted mail, and in all honest mail. */
const UNWANTED: Readonly<Record<string, number>> = {
  'phishing-pot': 0.45,
  scams: 0.2,
  written: 0.04,
  spamassassin: 0.15,
  'csdmc-2010': 0.2,
}
const HONEST: Readonly<Record<string, number>> = {
  lists: 0.15,
  dsn: 0.15,
  parcels: 0.1,
  written: 0.15,
  reports: 0.02,
  wrapped: 0.18,
  'wrapped forwards': 0.05,
  spamassassin: 0.1,
  'spamassassin, hard': 0.1,
  'csdmc-2010': 0.15,
}

/** Where a message comes from, as far as sets are weighed. */
export function sourceOf({ corpus, spam, file }: Example): string {
  if (corpus === 'glitchy' || corpus === 'lists-spam') return 'scams'
  if (corpus === 'wrapped') return file.includes('crisp-') ? 'wrapped forwards' : 'wrapped'
  return corpus === 'spamassassin' && !spam && file.includes('hard-ham') ? 'spamassassin, hard' : corpus
}

/** The weights of unwanted and of honest mail each add up to the number of unwanted messages. */
export function weighted(examples: readonly Example[]): readonly Weighted[] {
  const keyOf = (example: Example) => `${example.spam} ${sourceOf(example)}`
  const sizes = new Map<string, number>()
  for (const example of examples) sizes.set(keyOf(example), (sizes.get(keyOf(example)) ?? 0) + 1)
  const unwanted = examples.filter(({ spam }) => spam).length
  return examples.map(example => {
    const part = (example.spam ? UNWANTED : HONEST)[sourceOf(example)] ?? 0
    return { example, weight: (part * unwanted) / (sizes.get(keyOf(example)) ?? 1) }
  })
}
