/** What the console is made of in the relay: sources, ways to sign in, and the settings that it shows. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Answer } from '../console/api/schemas.ts'
import {
  type ConsoleRecords,
  type ConsoleSources,
  postgresRecords,
  type SignInOptions,
  sqliteRecords,
} from '../console/index.ts'
import type { Block } from '../mailing/blocks.ts'
import { Mailer } from '../mailing/mailer.ts'
import type { Language, MailOptions } from '../mailing/types.ts'
import type { Clock } from '../model/services.ts'
import { mailboxOf } from '../net/path.ts'
import { ReportBook } from '../reports/book.ts'
import type { ConsoleConfig } from './config/console-config.ts'
import type { RelayOptions } from './config/options.ts'
import { withoutSecrets } from './config/print.ts'
import type { ManagementParts } from './management/types.ts'
import { thresholdsFor } from './policy.ts'

const DAY_MS = 86_400_000

/** Where accounts are: in the file that is named, else beside a history in PostgreSQL, where every node finds them. */
export function openRecords({ console: config, maildir, log }: RelayOptions, clock: Clock): ConsoleRecords {
  const { history } = log
  if (config?.accounts === undefined && history !== undefined && 'postgres' in history)
    return postgresRecords({ ...history.postgres, clock })
  return sqliteRecords({ file: config?.accounts ?? join(maildir, 'console.db'), clock })
}

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
export const signInOf = (config: ConsoleConfig, parts: ManagementParts): SignInOptions => ({
  ...(config.proxyHeader !== undefined && { proxyHeader: config.proxyHeader }),
  ...(config.oidc && { oidc: config.oidc }),
  ...(config.mailboxes && parts.options.mail && { link: linkBy(parts, parts.options.mail) }),
})

/** Links go to addresses that a route receives mail for, and to no others. */
function linkBy({ delivery, sendMail: send, clock, options }: ManagementParts, mail: MailOptions) {
  const mailer = new Mailer({ mail, send })
  return {
    isMailbox: async (address: string) => {
      const isOurs = delivery.domains.length > 0 && delivery.domains.some(name => isUnder(domainOfPath(address), name))
      return isOurs && (await delivery.isKnown({ forwardPath: address, reversePath: '' }))
    },
    send: async ({ address, url, minutes }: { address: string; url: string; minutes: number }) => {
      const time = clock.now()
      await mailer.send({
        ...signInMail(mailer.language, { name: options.name, url, minutes }),
        ...{ to: address, time, name: `console-link-${time}-${randomUUID()}` },
      })
    },
  }
}

const domainOfPath = (address: string): string => mailboxOf(address).domain

/** `.example.org` stands for all below it. */
const isUnder = (domain: string, name: string): boolean =>
  name.startsWith('.') ? domain.endsWith(name.toLowerCase()) : domain === name.toLowerCase()

/** What a mail with a link for signing in says. */
function signInMail(
  language: Language,
  { name, url, minutes }: { readonly name: string; readonly url: string; readonly minutes: number },
): { readonly subject: string; readonly blocks: readonly Block[] } {
  const say = SIGN_IN_TEXTS[language]
  return {
    subject: say.subject(name),
    blocks: [
      { kind: 'paragraph', text: say.opens(minutes) },
      { kind: 'link', link: { text: say.link, url } },
      { kind: 'note', text: say.otherwise },
    ],
  }
}

const SIGN_IN_TEXTS = {
  en: {
    subject: (name: string) => `Sign in to your mail at ${name}`,
    opens: (minutes: number) => `This link shows your mail at the gateway. It works once, within ${minutes} minutes.`,
    link: 'Sign in',
    otherwise: 'If you have not asked for it, do nothing: without the link no one can sign in.',
  },
  'zh-CN': {
    subject: (name: string) => `登录 ${name} 查看您的邮件`,
    opens: (minutes: number) => `通过此链接可查看网关上属于您的邮件。链接只能使用一次，${minutes} 分钟内有效。`,
    link: '登录',
    otherwise: '如果您没有请求此邮件，无需任何操作：没有链接就无法登录。',
  },
} as const

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
