/** What the console is made of in the relay: sources, ways to sign in, and the settings that it shows. */
import { join } from 'node:path'
import type { Answer } from '../console/api/schemas.ts'
import type { ConsoleOptions, ConsoleSources } from '../console/index.ts'
import { ReportBook } from '../reports/book.ts'
import type { ConsoleConfig } from './config/console-config.ts'
import type { RelayOptions } from './config/options.ts'
import { withoutSecrets } from './config/print.ts'
import type { ManagementParts } from './management/types.ts'
import { thresholdsFor } from './policy.ts'

const DAY_MS = 86_400_000

/** The file with accounts. */
export const accountsFile = ({ console: config, maildir }: RelayOptions): string =>
  config?.accounts ?? join(maildir, 'console.db')

/** Where the pages take what they show. */
export function consoleSources(parts: ManagementParts): ConsoleSources {
  const { options, history, quarantine, releaser, feedback, metrics, doctor, store, clock } = parts
  return {
    ...(history && { history }),
    ...(quarantine && { quarantine }),
    ...(releaser && { releaser }),
    lists: parts.lists,
    feedback,
    reputation: options.filters.reputation !== false,
    points: true,
    metrics,
    doctor,
    reports: days => reportsOf(new ReportBook(store), clock.now() - days * DAY_MS),
    settings: () => sectionsOf(options),
    thresholds: thresholdsFor(options.thresholds, options.policies),
  }
}

/** Ways to sign in beside a password. */
export const signInOf = ({ proxyHeader, oidc }: ConsoleConfig): NonNullable<ConsoleOptions['signIn']> => ({
  ...(proxyHeader !== undefined && { proxyHeader }),
  ...(oidc && { oidc }),
})

async function reportsOf(book: ReportBook, since: number): Promise<Answer<'reports.get'>> {
  const [received, sent] = await Promise.all([book.received({ since }), book.sentReports({ since })])
  return {
    dmarc: received.flatMap(report => {
      if (report.kind !== 'dmarc') return []
      const { domain, reporter, begin, end, messages, passed, quarantined, rejected, failing } = report
      return [{ domain, reporter, begin, end, messages, passed, quarantined, rejected, failing }]
    }),
    tls: received.flatMap(report => {
      if (report.kind !== 'tls') return []
      const { domain, reporter, begin, end, successful, failed, failures } = report
      return [{ domain, reporter, begin, end, successful, failed, failures }]
    }),
    complaints: received.flatMap(report => {
      if (report.kind !== 'complaint') return []
      const { time, reporter, type: kind, ref, source, recipient } = report
      return [
        {
          ...{ time, reporter, kind },
          ...(ref !== undefined && { ref }),
          ...(source !== undefined && { source }),
          ...(recipient !== undefined && { recipient }),
        },
      ]
    }),
    sent,
  }
}

/** Lines of one section. */
const MAX_LINES = 200

/** The configuration with its defaults, without its secrets; certificates are named by their files. */
function sectionsOf({ listeners, ...options }: RelayOptions): Answer<'settings.get'>['sections'] {
  const named = listeners.map(({ tls, ...listener }) => ({ ...listener, ...(tls && { tls: tls.files }) }))
  const shown = withoutSecrets({ listeners: named, ...options })
  return Object.entries(shown as Readonly<Record<string, unknown>>).map(([name, value]) => ({
    name,
    lines: linesOf(value, '').slice(0, MAX_LINES),
  }))
}

function linesOf(value: unknown, path: string): readonly { readonly name: string; readonly value: string }[] {
  if (typeof value !== 'object' || value === null) return [{ name: path || 'value', value: String(value) }]
  return Object.entries(value).flatMap(([key, entry]) => linesOf(entry, path === '' ? key : `${path}.${key}`))
}
