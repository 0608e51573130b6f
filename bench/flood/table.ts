/** The figures of the flood benchmark, for a person. */
import type { Figures } from './figures.ts'

const percent = (share: number): string => (share === 1 ? '100 %' : `${(100 * share).toFixed(1)} %`)
const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)

interface Column {
  readonly title: string
  readonly of: (one: Figures) => string
}

const columns: readonly Column[] = [
  { title: 'server', of: ({ way }) => way },
  { title: 'flood', of: ({ name }) => name },
  { title: 'sent a second: honest + hostile', of: ({ rate, hostile }) => `${rate.toFixed(0)} + ${hostile.toFixed(0)}` },
  { title: 'known', of: ({ known }) => percent(known) },
  { title: 'unknown', of: ({ unknown }) => percent(unknown) },
  { title: 'honest not delivered', of: ({ shed }) => `${shed}` },
  {
    title: 'median, 95th, 99th to quiet',
    of: ({ median, p95, p99 }) => `${median.toFixed(2)}, ${p95.toFixed(2)}, ${p99.toFixed(2)}`,
  },
  { title: 'hostile at the next hop', of: ({ reached }) => percent(reached) },
  { title: 'gateway, ms CPU an attempt', of: ({ attempt }) => attempt.toFixed(3) },
  { title: 'of a message', of: ({ attempt, message }) => percent(attempt / message) },
  { title: 'cores', of: ({ cores }) => cores.toFixed(2) },
  { title: 'cores saved behind', of: ({ saved }) => saved.toFixed(2) },
  { title: 'memory, quiet → flood, MB', of: ({ before, peak }) => `${mb(before)} → ${mb(peak)}` },
  { title: 'others, cores', of: ({ others }) => others.toFixed(2) },
]

/** Markdown. */
export const table = (results: readonly Figures[]): string =>
  [columns.map(({ title }) => title), columns.map(() => '---'), ...results.map(one => columns.map(({ of }) => of(one)))]
    .map(cells => `| ${cells.join(' | ')} |`)
    .join('\n')

/** How the attempts ended which replies honest clients received, and how far the clients themselves were behind. */
export function endings({ ended, refused, late, quiet95 }: Figures): string {
  const codes = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([code, count]) => `${count} × ${code}`)
      .join(', ')
  const hostile = Object.entries(ended).map(([shape, counts]) => `${shape} ${codes(counts)}`)
  return [
    ...hostile,
    `honest refused: ${codes(refused) || 'none'}`,
    `95th percentile in quiet ${quiet95.toFixed(0)} ms`,
    `attempts late by ${late.toFixed(0)} ms`,
  ].join('; ')
}
