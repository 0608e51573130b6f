/** Lists of the operator's own: whom to let in and whom to turn away, by network, name, domain or address. */

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

export interface AllowLists extends AccessLists {
  /**
   * Believe `senders` and `domains` only where SPF, or DKIM or DMARC in alignment, proves them. Without proof whoever writes
   * such an address is let past all checks. @default true
   */
  readonly proof?: boolean
}

export interface AccessOptions {
  /**
   * Whom to let in: exempt from checks of identity and content and from the score, never from a virus, relay control, loops
   * and limits (see `allow`). Wins where both sides list the same. @default none
   */
  readonly allow?: AllowLists
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
const kinds = { networks: entries, hosts: entries, domains: entries, senders: entries, recipients: entries }
const schema = schemaOf<AccessOptions>('access', {
  allow: object<AllowLists>({ ...kinds, proof: flag() }, 'lists'),
  deny: object<AccessLists>(kinds, 'lists'),
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
  const needsProof = allow.proof ?? true
  const table = <F>(compile: Compile<F>, kind: keyof AccessLists) =>
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
      ? allowed(`${who} is allowed by ${side.source}`, { rule })
      : reject('5.7.1', `${who} is denied by ${side.source}`, { rule, ...(hangUp && { close: true }) })

  /** Which list names a sender, and what for. */
  const listing = (path: string): Listed | undefined => {
    const side = senders.find(path)
    if (side) return { side, rule: 'sender', who: `the reverse-path ${brief(path)}` }
    const { domain } = mailboxOf(path)
    const found = domains.find(domain)
    return found && { side: found, rule: 'domain', who: `the reverse-path's domain ${domain}` }
  }
  /** Whoever needs proof, and has not been let in for it at MAIL. */
  const unproven = (path: string) => {
    const found = listing(path)
    return needsProof && found?.side.allow ? found : undefined
  }

  const proven = async (transaction: Transaction, { side, rule, who }: Listed): Promise<Finding> => {
    const proof = await spfProof(transaction)
    return proof === undefined
      ? { rule: 'unproven', reason: `${who} is on ${side.source}, and SPF does not prove it` }
      : said(side, rule, `${who} (${proof})`)
  }

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
    mail: transaction => {
      const found = listing(transaction.reversePath)
      if (found === undefined) return
      return needsProof && found.side.allow ? proven(transaction, found) : said(found.side, found.rule, found.who)
    },
    message: async (message, { findings }) => {
      if ((senders.empty() && domains.empty()) || findings.some(({ allow }) => allow)) return
      for (const { path, proof } of await proofOf(message, path => unproven(path) !== undefined)) {
        const found = unproven(path)
        if (found) return said(found.side, found.rule, `${found.who.replace('reverse-path', 'sender')} (${proof})`)
      }
      return
    },
    rcpt: ({ forwardPath }) => {
      const side = recipients.find(forwardPath)
      return side && said(side, 'recipient', `the forward-path ${brief(forwardPath)}`)
    },
    start: ({ clock, notify }) => {
      stop?.()
      const tell = (reason: string) => notify({ code: 'access/file', reason, level: 'warning' })
      for (const file of tables.flatMap(({ emptied }) => emptied()))
        tell(`${file} lists nobody; write a line '# empty' into it if that is meant`)
      const changed = async (file: string) => {
        for (const { files, readAgain } of tables) {
          const wrong = files.includes(file) ? await readAgain() : []
          if (wrong.length > 0) tell(`the old table is kept: ${new PosternError(wrong.slice(0, 20)).message}`)
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
