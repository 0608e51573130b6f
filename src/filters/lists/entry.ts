/** Entries of allow and deny lists, and the documents of the store in which they are kept. */
import { flag, oneOf, text } from '../../model/checks.ts'
import type { Problem } from '../../model/errors.ts'
import { check, checked, isRecord, required, schemaOf } from '../../model/options.ts'
import { readMailbox, readName } from '../../net/names.ts'
import type { TextProblem } from '../../net/networks.ts'
import { readSubject, type Subject, writeSubject } from './subject.ts'

/** What an operator or a user writes on a list. */
export interface NewListEntry {
  /** `allow` exempts from checks of identity and content and from the score; `deny` refuses with 5.7.1. */
  readonly effect: 'allow' | 'deny'
  /**
   * Whom it names: `192.0.2.0/24`, `bob@example.org`, `example.org`, `.example.org` for all below it; or a domain
   * behind `dmarc:` (the author's, proven by DMARC), `spf:` (the reverse-path's, proven by SPF), `dkim:` (of a valid
   * signature) or `host:` (the client's confirmed name).
   */
  readonly sender: string
  /** For whom it counts: the address of a recipient or one of your domains. @default all recipients */
  readonly scope?: string
  /** Takes precedence over the lists of recipients; only for all recipients or a domain. @default false */
  readonly enforced?: boolean
  /**
   * An address or a domain is allowed even if nothing proves it: any client that forges it is let in. @default false
   */
  readonly unproven?: boolean
  /** When it ends, in milliseconds since 1970. @default never */
  readonly expires?: number
  /** Who has written it. */
  readonly author?: string
  /** Why. */
  readonly note?: string
}

/** An entry as it is kept. */
export interface ListEntry extends NewListEntry {
  /** Names the entry within its scope. */
  readonly id: string
  /** When it was written, in milliseconds since 1970. */
  readonly created: number
}

const schema = schemaOf<NewListEntry>('entry', {
  effect: required(oneOf('allow', 'deny')),
  sender: required(text('a network, a domain or an address', { max: 320 })),
  scope: text('the address of a recipient, or a domain', { max: 320 }),
  enforced: flag(),
  unproven: flag(),
  expires: check('milliseconds since 1970', value => Number.isSafeInteger(value) && Number(value) > 0),
  author: text('a name', { max: 200 }),
  note: text('a sentence', { max: 500 }),
})

/** A scope: all recipients, those of a domain, or one. */
export interface Scope {
  readonly kind: 'global' | 'domain' | 'recipient'
  /** In the form in which it is compared; '' for all recipients. */
  readonly name: string
}

export const GLOBAL: Scope = { kind: 'global', name: '' }

/** Reads the scope of an entry. */
export function readScope(scope: string | undefined): Scope | TextProblem {
  if (scope === undefined) return GLOBAL
  const kind = scope.includes('@') ? 'recipient' : 'domain'
  const name = kind === 'recipient' ? readMailbox(scope) : scope.startsWith('.') ? NO_SUFFIX : readName(scope)
  return typeof name === 'string' ? { kind, name } : name
}

/**
 * The sender of a new entry. A domain without a dot is taken for a mistyped one: none on the Internet sends mail.
 * `.top` means all below a TLD; in networks of one's own a client (`host:relay`) or `localhost` may have no dot.
 */
function readNewSubject(sender: string): Subject | TextProblem {
  const subject = readSubject(sender)
  if (!('name' in subject) || subject.kind === 'address' || subject.kind === 'host') return subject
  const { name } = subject
  return name.includes('.') || name === 'localhost' ? subject : withoutDot(name)
}

const withoutDot = (name: string): TextProblem => ({
  expected: 'a whole domain such as example.org: this one has no dot',
  remedy: `write the rest of the domain, or .${name} for all domains below it`,
})

const NO_SUFFIX: TextProblem = {
  expected: 'a whole domain such as example.org',
  remedy: 'leave out the first dot, and write an entry for each domain below it',
}

/** The key of the document that holds the entries of a scope. */
export const documentKey = ({ kind, name }: Scope): string => `lists:${kind}:${name}`

/** An entry that was checked. */
export interface ReadEntry {
  readonly scope: Scope
  readonly subject: Subject
  /** With the sender and the scope in the form in which they are stored. */
  readonly entry: NewListEntry
}

/** Checks an entry. @returns the entry, or all that is wrong with it */
export function readEntry(given: NewListEntry): ReadEntry | readonly Problem[] {
  const entry = checked(schema, given)
  const [scope, subject] = [readScope(entry.scope), readNewSubject(entry.sender)]
  const problems: Problem[] = []
  if ('expected' in subject) problems.push({ path: 'entry.sender', found: entry.sender, ...subject })
  if ('expected' in scope) problems.push({ path: 'entry.scope', found: entry.scope, ...scope })
  if ('expected' in subject || 'expected' in scope) return problems
  if (entry.enforced && scope.kind === 'recipient')
    problems.push({
      path: 'entry.enforced',
      found: true,
      expected: 'false for the list of one recipient',
      remedy: 'write the entry for the domain or for all recipients',
    })
  if (entry.unproven && subject.kind !== 'address' && subject.kind !== 'domain')
    problems.push({
      path: 'entry.unproven',
      found: true,
      expected: `false for ${writeSubject(subject)}, which is proven by its nature`,
      remedy: 'leave it out',
    })
  if (problems.length > 0) return problems
  const { sender: _sender, scope: _scope, ...rest } = entry
  const name = scope.kind === 'global' ? {} : { scope: scope.name }
  return { scope, subject, entry: { ...rest, sender: writeSubject(subject), ...name } }
}

/** The entries of a document; what cannot be read is left out, and counted. */
export function readDocument(value: string | undefined): {
  readonly entries: readonly ListEntry[]
  readonly bad: number
} {
  if (value === undefined) return { entries: [], bad: 0 }
  try {
    const list: unknown = JSON.parse(value)
    if (!Array.isArray(list)) return { entries: [], bad: 1 }
    const entries = list.filter(isEntry)
    return { entries, bad: list.length - entries.length }
  } catch {
    return { entries: [], bad: 1 }
  }
}

const isEntry = (value: unknown): value is ListEntry =>
  isRecord(value) &&
  typeof value.id === 'string' &&
  typeof value.sender === 'string' &&
  typeof value.created === 'number' &&
  (value.effect === 'allow' || value.effect === 'deny') &&
  !('expected' in readSubject(value.sender))

/** Whether an entry still counts at a moment. */
export const isCurrent = ({ expires }: ListEntry, now: number): boolean => expires === undefined || expires > now
