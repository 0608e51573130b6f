/** The page of the notices: their codes and levels are those of the source. */
import { page, table } from './markdown.ts'
import { NOTICES } from './notices.ts'
import { sourceOf, sourcesIn } from './source.ts'

/** The part of a code that a program fills in, by what stands for it on the page. */
const VARIABLE: Readonly<Record<string, readonly string[]>> = {
  '${filter.name}/start': ['FILTER/start'],
  '${entry.name}/start': ['JOB/start'],
  '${name}/down': ['store/down'],
  '${name}/up': ['store/up'],
  '${name}/off': ['FILTER/off'],
  '${name}/on': ['FILTER/on'],
  '${name}/full': ['SERVER/full'],
  '${name}/${what}': ['SERVER/protocol', 'SERVER/failed'],
  '${this.#name}/${action}': ['FILTER/skip', 'FILTER/defer'],
  '${this.#name}/asked': ['FILTER/asked'],
  'load/${load.level}': ['load/green', 'load/amber', 'load/red'],
  'doctor/${status}': ['doctor/warning', 'doctor/failed'],
}

/** The codes of the source, with their levels. */
export function knownNotices(): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, Set<string>>()
  for (const file of sourcesIn('src').filter(file => !file.startsWith('src/console/web/'))) {
    const text = sourceOf(file)
    // `code: 'store/down'`, or the first argument of a method that makes a notice.
    for (const { 2: written = '', index } of text.matchAll(
      /(?:\bcode: |#(?:tell|warn)\()(['`])([^'`\s]*\/[^'`\s]*)\1/g,
    )) {
      const level = /\blevel: (?:'(info|warning)'|load\.level)/.exec(text.slice(index, index + 700))?.[1] ?? 'warning'
      for (const code of VARIABLE[written] ?? [written])
        known.set(code, (known.get(code) ?? new Set()).add(code === 'load/green' ? 'info' : level))
    }
  }
  return known
}

/** The content of docs/reference/notices.md. */
export function noticesPage(): string {
  const known = knownNotices()
  const named = Object.values(NOTICES).flatMap(group => Object.keys(group))
  const missing = [...known.keys()].filter(code => !named.includes(code))
  const stale = named.filter(code => !known.has(code))
  if (missing.length + stale.length > 0)
    throw new Error(`scripts/reference/notices.ts lacks ${missing.join(', ')}; the source has no ${stale.join(', ')}`)
  return page(
    '# Notices',
    `A notice is a sentence for the operator about the gateway itself, not about one message. It has a \`code\`, a
    \`reason\` with what happened and what to do, and a level. \`postern({ notify })\` takes them, by default as warnings
    of the process; the gateway program writes lines such as \`warning: store/down: …\` to standard error, and
    [alerts](../guides/alerts.md) can send them. Codes do not change within a major version; reasons may.`,
    `Names in capital letters stand for a filter, a job or a server: \`dnsbl/off\`, \`clamav/defer\`, \`console/start\`,
    \`milter/full\`. The metric \`postern_notices_total\` counts notices by code. This page is made by \`npm run
    reference\`.`,
    ...Object.entries(NOTICES).flatMap(([title, notices]) => [
      `## ${title}`,
      table(
        ['code', 'level', 'what it means'],
        Object.entries(notices).map(([code, about]) => [`\`${code}\``, [...(known.get(code) ?? [])].join(', '), about]),
      ),
    ]),
    '## See also',
    '[Events](events.md) · [metrics](metrics.md) · [error codes](errors.md)',
  )
}
