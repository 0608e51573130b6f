/** Allow and deny lists of the operator, by network, name, domain or address. */

import { rdns } from '../../facts/rdns.ts'
import { duration, flag, text } from '../../model/checks.ts'
import { PosternError } from '../../model/errors.ts'
import type { Filter } from '../../model/filter.ts'
import { allow as allowed, type Finding, type Findings, reject } from '../../model/finding.ts'
import { check, checked, either, isRecord, list, object, required, schemaOf } from '../../model/options.ts'
import type { Services } from '../../model/services.ts'
import type { Connection, Message, Transaction } from '../../model/stage.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import { domainOf, mailboxOf } from '../../net/path.ts'
import type { Entries } from './entries.ts'
import { type Compile, type LiveTable, liveTable } from './live.ts'
import { proofOf, spfProof } from './proof.ts'
import { addresses, type NetworkSide, names, networks, placed, type Side } from './tables.ts'
import { type Stamp, stampOf, watch } from './watch.ts'

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
  return new Access(checked(schema, options)).filter()
}

class Access {
  readonly #clients: LiveTable<NetworkSide>
  readonly #hosts: LiveTable<Side>
  readonly #domains: LiveTable<Side>
  readonly #senders: LiveTable<Side>
  readonly #recipients: LiveTable<Side>
  readonly #tables: readonly LiveTable<Side>[]
  /** What the files looked like before they were read, so that no change between the two is missed. */
  readonly #seen: ReadonlyMap<string, Stamp>
  readonly #needsProof: boolean
  readonly #close: boolean
  readonly #every: number
  #stopWatching: (() => void) | undefined

  constructor({ allow = {}, deny = {}, close = true, every = '5s' }: AccessOptions) {
    const table = <F>(compile: Compile<F>, kind: keyof AccessLists): LiveTable<F> =>
      liveTable(compile, kind, { allow: allow[kind], deny: deny[kind] })
    this.#clients = table(networks, 'networks')
    this.#hosts = table(names, 'hosts')
    this.#domains = table(names, 'domains')
    this.#senders = table(addresses, 'senders')
    this.#recipients = table(addresses, 'recipients')
    this.#tables = [this.#clients, this.#hosts, this.#domains, this.#senders, this.#recipients]
    this.#seen = new Map(this.#tables.flatMap(({ files }) => files).map(file => [file, stampOf(file)]))
    const problems = this.#tables.flatMap(({ read }) => read())
    if (problems.length > 0) throw new PosternError(problems)
    this.#needsProof = allow.proof ?? true
    this.#close = close
    this.#every = toMilliseconds(every)
  }

  filter(): Filter {
    return {
      name: 'access',
      order: 'early',
      mayAllow: true,
      precheck: ip => this.#denied(ip),
      connect: connection => this.#connect(connection),
      mail: transaction => this.#mail(transaction),
      message: async (message, { findings }) =>
        findings.some(({ allow }) => allow) ? undefined : await this.#message(message),
      rcpt: ({ forwardPath }) => {
        const side = this.#recipients.find(forwardPath)
        return side && findingOf(side, 'recipient', `the forward-path ${brief(forwardPath)}`)
      },
      start: services => this.#start(services),
      stop: () => this.#stopWatching?.(),
    }
  }

  /** Without `hosts` it answers at once and without DNS. */
  #connect(connection: Connection): Findings | Promise<Findings> {
    const { ip } = connection
    if (ip === undefined) return undefined
    const side = this.#clients.find(ip)
    if (side) return findingOf(side, 'network', placed(ip, side), this.#close)
    return this.#hosts.empty() ? undefined : this.#byName(connection)
  }

  /** The most specific entry of both sides decides, and no name that a client may have changes that. */
  #denied(ip: string): Finding | undefined {
    const side = this.#clients.find(ip)
    return side === undefined || side.allow ? undefined : findingOf(side, 'network', placed(ip, side), this.#close)
  }

  async #byName(connection: Connection): Promise<Findings> {
    const { confirmed } = await connection.ask(rdns)
    const found = confirmed.flatMap(name => {
      const side = this.#hosts.find(domainOf(name))
      return side ? [findingOf(side, 'host', `the client's name ${name}`, this.#close)] : []
    })
    return found.find(({ verdict }) => verdict === 'accept') ?? found[0]
  }

  #mail(transaction: Transaction): Findings | Promise<Findings> {
    const found = this.#listing(transaction.reversePath)
    if (found === undefined) return undefined
    if (this.#needsProof && found.side.allow) return bySpf(transaction, found)
    return findingOf(found.side, found.rule, found.who)
  }

  async #message(message: Message): Promise<Findings> {
    if (this.#senders.empty() && this.#domains.empty()) return undefined
    for (const { path, proof } of await proofOf(message, path => this.#unproven(path) !== undefined)) {
      const found = this.#unproven(path)
      if (found) return findingOf(found.side, found.rule, `${found.who.replace('reverse-path', 'sender')} (${proof})`)
    }
    return undefined
  }

  /** The list that names a sender. */
  #listing(path: string): Listed | undefined {
    const side = this.#senders.find(path)
    if (side) return { side, rule: 'sender', who: `the reverse-path ${brief(path)}` }
    const { domain } = mailboxOf(path)
    const found = this.#domains.find(domain)
    return found && { side: found, rule: 'domain', who: `the reverse-path's domain ${domain}` }
  }

  /** An entry that needs proof, which SPF has not given at MAIL. */
  #unproven(path: string): Listed | undefined {
    const found = this.#listing(path)
    return this.#needsProof && found?.side.allow ? found : undefined
  }

  #start({ clock, notify }: Pick<Services, 'clock' | 'notify'>): void {
    this.#stopWatching?.()
    const warn = (reason: string) => notify({ code: 'access/file', reason, level: 'warning' })
    for (const file of this.#tables.flatMap(({ emptied }) => emptied()))
      warn(`${file} has no entries; write a line '# empty' into it if that is intended`)
    const changed = async (file: string) => {
      for (const { files, readAgain } of this.#tables) {
        const wrong = files.includes(file) ? await readAgain() : []
        if (wrong.length > 0) warn(`the old table stays: ${new PosternError(wrong.slice(0, 20)).message}`)
      }
    }
    this.#stopWatching = watch({ seen: this.#seen, clock, every: this.#every, changed })
  }
}

const findingOf = (side: Side, rule: string, who: string, close = false): Finding =>
  side.allow
    ? allowed(`${who} is allowed by ${side.source}`, { rule })
    : reject('5.7.1', `${who} is denied by ${side.source}`, { rule, ...(close && { close: true }) })

/** An allowed sender counts only where SPF proves it. */
async function bySpf(transaction: Transaction, { side, rule, who }: Listed): Promise<Finding> {
  const proof = await spfProof(transaction)
  return proof === undefined
    ? { rule: 'unproven', reason: `${who} is on ${side.source}, and SPF does not prove it` }
    : findingOf(side, rule, `${who} (${proof})`)
}

interface Listed {
  readonly side: Side
  readonly rule: string
  readonly who: string
}

/** RFC 5321 §4.5.3.1.3: a path has at most 256 bytes. */
const brief = (path: string): string => (path.length > 256 ? `${path.slice(0, 256)}…` : path)
