/** Lists of the operator's own: whom to let in and whom to turn away, by network, name, domain or address. */
import { duration, flag, text } from '../core/checks.ts'
import { PosternError } from '../core/errors.ts'
import type { Filter } from '../core/filter.ts'
import { accept, type Finding, type Findings, reject } from '../core/finding.ts'
import { check, checked, either, isRecord, list, object, required, schemaOf } from '../core/options.ts'
import type { Connection } from '../core/stage.ts'
import { type Duration, toMilliseconds } from '../core/units.ts'
import { rdns } from '../facts/rdns.ts'
import { domainOf, mailboxOf } from '../net/path.ts'
import type { Entries } from './access/entries.ts'
import { liveTable } from './access/live.ts'
import { addresses, type Compiled, names, networks, placed, type Side, type Sides } from './access/tables.ts'
import { stampOf, watch } from './access/watch.ts'

/** What one side lists. Every list is an array, or `{ file }` with one entry on each line and comments after a #. */
export interface AccessLists {
  /**
   * Clients: `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`. The most specific entry of both sides wins.
   * @default none
   */
  readonly networks?: Entries
  /** Forward-confirmed names of clients: `mx.example.org`, or `.example.org` for all below it. @default none */
  readonly hosts?: Entries
  /** Domains of reverse-paths, in the same form. @default none */
  readonly domains?: Entries
  /** Whole reverse-paths: `bob@example.org`. They win over domains. @default none */
  readonly senders?: Entries
  /** Whole forward-paths. @default none */
  readonly recipients?: Entries
}

export interface AccessOptions {
  /** Whom to let in: `accept`, which ends the stage and no more. Wins where both sides list the same. @default none */
  readonly allow?: AccessLists
  /** Whom to turn away: 5.7.1. @default none */
  readonly deny?: AccessLists
  /** Hang up on a client whose network or name is denied, before it has named a sender. @default true */
  readonly close?: boolean
  /**
   * How often files are looked at. One that has changed is read again; one that is wrong is told of (`access/file`) and
   * the old table kept.
   * @default '5s'
   */
  readonly every?: Duration
}

const entries = either<Entries>("an array, or { file: '…' }", found =>
  isRecord(found) ? object<{ readonly file: string }>({ file: required(text('the path of a file')) }) : arrayOfTexts,
)
// What each entry says is read with its list, where files are read as well.
const arrayOfTexts = list(
  check<string>('a text', entry => typeof entry === 'string'),
  'texts',
)
const lists = object<AccessLists>(
  { networks: entries, hosts: entries, domains: entries, senders: entries, recipients: entries },
  'lists',
)
const schema = schemaOf<AccessOptions>('access', {
  allow: lists,
  deny: lists,
  close: flag(),
  every: duration({ min: '100ms' }),
})

/**
 * Lets in and turns away by lists. While it lists no `hosts`, the connect stage answers at once and without asking
 * anybody. Replace a file by renaming a new one over it, so that it is never seen half-written.
 *
 * @throws PosternError naming every wrong entry.
 * @example
 * access({ deny: { networks: { file: '/etc/postern/deny' }, domains: ['spam.example', '.spam.example'] } })
 */
export function access(options: AccessOptions = {}): Filter {
  const { allow = {}, deny = {}, close = true, every = '5s' } = checked(schema, options)
  const pause = toMilliseconds(every)
  const table = <F>(compile: (kind: string, sides: Sides) => Compiled<F>, kind: keyof AccessLists) =>
    liveTable(compile, kind, { allow: allow[kind], deny: deny[kind] })
  const clients = table(networks, 'networks')
  const hosts = table(names, 'hosts')
  const domains = table(names, 'domains')
  const senders = table(addresses, 'senders')
  const recipients = table(addresses, 'recipients')
  const tables = [clients, hosts, domains, senders, recipients]
  // Taken before the files are read, so that no change between the two goes unseen.
  const seen = new Map(tables.flatMap(({ files }) => files).map(file => [file, stampOf(file)]))
  const problems = tables.flatMap(({ read }) => read())
  if (problems.length > 0) throw new PosternError(problems)

  const said = (side: Side, rule: string, who: string, hangUp = false): Finding =>
    side.allow
      ? accept(`${who} is allowed by ${side.source}`, { rule })
      : reject('5.7.1', `${who} is denied by ${side.source}`, { rule, ...(hangUp && { close: true }) })

  const byName = async (connection: Connection): Promise<Findings> => {
    const { confirmed } = await connection.ask(rdns)
    const found = confirmed.flatMap(name => {
      const side = hosts.find(domainOf(name))
      return side ? [said(side, 'host', `the client's name ${name}`, close)] : []
    })
    return found.find(({ verdict }) => verdict === 'accept') ?? found[0]
  }

  let stop: (() => void) | undefined
  return {
    name: 'access',
    order: 'early',
    connect: connection => {
      const { ip } = connection
      if (ip === undefined) return
      const side = clients.find(ip)
      if (side) return said(side, 'network', placed(ip, side), close)
      return hosts.empty() ? undefined : byName(connection)
    },
    mail: ({ reversePath }) => {
      const side = senders.find(reversePath)
      if (side) return said(side, 'sender', `the reverse-path ${brief(reversePath)}`)
      const { domain } = mailboxOf(reversePath)
      const found = domains.find(domain)
      return found && said(found, 'domain', `the reverse-path's domain ${domain}`)
    },
    rcpt: ({ forwardPath }) => {
      const side = recipients.find(forwardPath)
      return side && said(side, 'recipient', `the forward-path ${brief(forwardPath)}`)
    },
    start: ({ clock, notify }) => {
      stop?.()
      const changed = (file: string) => {
        for (const { files, read } of tables) {
          const wrong = files.includes(file) ? read() : []
          if (wrong.length === 0) continue
          const reason = `the old table is kept: ${new PosternError(wrong.slice(0, 20)).message}`
          notify({ what: 'access/file', reason, level: 'warning' })
        }
      }
      stop = watch({ seen, clock, every: pause, changed })
    },
    stop: () => stop?.(),
  }
}

/** RFC 5321 §4.5.3.1.3: a path has at most 256 octets. */
const brief = (path: string): string => (path.length > 256 ? `${path.slice(0, 256)}…` : path)
