/** Allow and deny lists of the operator, by network, name, domain or address. */

import { rdns } from '../../facts/rdns.ts'
import { duration, flag, text } from '../../model/checks.ts'
import { PosternError } from '../../model/errors.ts'
import type { Filter } from '../../model/filter.ts'
import { allow as allowed, type Finding, type Findings, reject } from '../../model/finding.ts'
import { check, checked, either, isRecord, list, object, required, schemaOf } from '../../model/options.ts'
import type { Connection, Transaction } from '../../model/stage.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import { domainOf, mailboxOf } from '../../net/path.ts'
import type { Entries } from './entries.ts'
import { type Compile, liveTable } from './live.ts'
import { proofOf, spfProof } from './proof.ts'
import { addresses, names, networks, placed, type Side } from './tables.ts'
import { stampOf, watch } from './watch.ts'

/** The lists of one side. Each is an array, or `{ file }` with one entry on each line and comments after a #. */
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
  /** Whole reverse-paths: `bob@example.org`. They take precedence over domains. @default none */
  readonly senders?: Entries
  /** Whole forward-paths. @default none */
  readonly recipients?: Entries
}

/** The lists of `allow`. */
export interface AllowLists extends AccessLists {
  /**
   * Whether `senders` and `domains` count only where SPF, or aligned DKIM or DMARC, proves them. Without proof anybody
   * who forges such an address is exempt from checks.
   * @default true
   */
  readonly proof?: boolean
}

/** What `access` takes. */
export interface AccessOptions {
  /**
   * Clients and senders that are exempt from checks of identity and content and from the score, never from virus scans,
   * relay control, loops and limits (see `allow`). It takes precedence where both sides have the same entry.
   * @default none
   */
  readonly allow?: AllowLists
  /** Clients, senders and recipients that are refused with 5.7.1. @default none */
  readonly deny?: AccessLists
  /** Disconnect a client whose network or name is denied, before it has named a sender. @default true */
  readonly close?: boolean
  /**
   * How often files are checked. A changed file is read again. For a wrong file there is a notice (`access/file`), and
   * the old table stays.
   * @default '5s'
   */
  readonly every?: Duration
}

const entries = either<Entries>("an array, or { file: '…' }", found =>
  isRecord(found) ? object<{ readonly file: string }>({ file: required(text('the path of a file')) }) : arrayOfTexts,
)
// Entries are parsed with their list, as lines of files are.
const arrayOfTexts = list(
  check<string>('a text', entry => typeof entry === 'string'),
  'texts',
)
const kinds = { networks: entries, hosts: entries, domains: entries, senders: entries, recipients: entries }
const schema = schemaOf<AccessOptions>('access', {
  allow: object<AllowLists>({ ...kinds, proof: flag() }, 'lists'),
  deny: object<AccessLists>(kinds, 'lists'),
  close: flag(),
  every: duration({ min: '100ms' }),
})

/**
 * Allows and denies by lists. Without `hosts` the connect stage answers at once and without DNS. Replace a file by
 * renaming a new one over it, so that it is never read half-written.
 *
 * @throws PosternError naming every wrong entry
 * @example
 * access({ deny: { networks: { file: '/etc/postern/deny' }, domains: ['spam.example', '.spam.example'] } })
 */
export function access(options: AccessOptions = {}): Filter {
  const { allow = {}, deny = {}, close = true, every = '5s' } = checked(schema, options)
  const pause = toMilliseconds(every)
  const needsProof = allow.proof ?? true
  const table = <F>(compile: Compile<F>, kind: keyof AccessLists) =>
    liveTable(compile, kind, { allow: allow[kind], deny: deny[kind] })
  const clients = table(networks, 'networks')
  const hosts = table(names, 'hosts')
  const domains = table(names, 'domains')
  const senders = table(addresses, 'senders')
  const recipients = table(addresses, 'recipients')
  const tables = [clients, hosts, domains, senders, recipients]
  // Read before the files are, so that no change between the two is missed.
  const seen = new Map(tables.flatMap(({ files }) => files).map(file => [file, stampOf(file)]))
  const problems = tables.flatMap(({ read }) => read())
  if (problems.length > 0) throw new PosternError(problems)

  const findingOf = (side: Side, rule: string, who: string, disconnect = false): Finding =>
    side.allow
      ? allowed(`${who} is allowed by ${side.source}`, { rule })
      : reject('5.7.1', `${who} is denied by ${side.source}`, { rule, ...(disconnect && { close: true }) })

  /** The list that names a sender. */
  const listing = (path: string): Listed | undefined => {
    const side = senders.find(path)
    if (side) return { side, rule: 'sender', who: `the reverse-path ${brief(path)}` }
    const { domain } = mailboxOf(path)
    const found = domains.find(domain)
    return found && { side: found, rule: 'domain', who: `the reverse-path's domain ${domain}` }
  }
  /** An entry that needs proof, which SPF has not given at MAIL. */
  const unproven = (path: string) => {
    const found = listing(path)
    return needsProof && found?.side.allow ? found : undefined
  }

  const proven = async (transaction: Transaction, { side, rule, who }: Listed): Promise<Finding> => {
    const proof = await spfProof(transaction)
    return proof === undefined
      ? { rule: 'unproven', reason: `${who} is on ${side.source}, and SPF does not prove it` }
      : findingOf(side, rule, `${who} (${proof})`)
  }

  const byName = async (connection: Connection): Promise<Findings> => {
    const { confirmed } = await connection.ask(rdns)
    const found = confirmed.flatMap(name => {
      const side = hosts.find(domainOf(name))
      return side ? [findingOf(side, 'host', `the client's name ${name}`, close)] : []
    })
    return found.find(({ verdict }) => verdict === 'accept') ?? found[0]
  }

  let stop: (() => void) | undefined
  return {
    name: 'access',
    order: 'early',
    mayAllow: true,
    connect: connection => {
      const { ip } = connection
      if (ip === undefined) return
      const side = clients.find(ip)
      if (side) return findingOf(side, 'network', placed(ip, side), close)
      return hosts.empty() ? undefined : byName(connection)
    },
    mail: transaction => {
      const found = listing(transaction.reversePath)
      if (found === undefined) return
      return needsProof && found.side.allow ? proven(transaction, found) : findingOf(found.side, found.rule, found.who)
    },
    message: async (message, { findings }) => {
      if ((senders.empty() && domains.empty()) || findings.some(({ allow }) => allow)) return
      for (const { path, proof } of await proofOf(message, path => unproven(path) !== undefined)) {
        const found = unproven(path)
        if (found) return findingOf(found.side, found.rule, `${found.who.replace('reverse-path', 'sender')} (${proof})`)
      }
      return
    },
    rcpt: ({ forwardPath }) => {
      const side = recipients.find(forwardPath)
      return side && findingOf(side, 'recipient', `the forward-path ${brief(forwardPath)}`)
    },
    start: ({ clock, notify }) => {
      stop?.()
      const warn = (reason: string) => notify({ code: 'access/file', reason, level: 'warning' })
      for (const file of tables.flatMap(({ emptied }) => emptied()))
        warn(`${file} has no entries; write a line '# empty' into it if that is intended`)
      const changed = async (file: string) => {
        for (const { files, readAgain } of tables) {
          const wrong = files.includes(file) ? await readAgain() : []
          if (wrong.length > 0) warn(`the old table stays: ${new PosternError(wrong.slice(0, 20)).message}`)
        }
      }
      stop = watch({ seen, clock, every: pause, changed })
    },
    stop: () => stop?.(),
  }
}

interface Listed {
  readonly side: Side
  readonly rule: string
  readonly who: string
}

/** RFC 5321 §4.5.3.1.3: a path has at most 256 bytes. */
const brief = (path: string): string => (path.length > 256 ? `${path.slice(0, 256)}…` : path)
