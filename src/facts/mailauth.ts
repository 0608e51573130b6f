/** A resolver for mailauth: ours, with a limit of questions and time, and with the error codes that mailauth knows. */

import { failure, withDeadline } from '../dns/answer.ts'
import type { Answer, FailureCause, Purpose, RecordType } from '../model/resolver.ts'
import type { Connection } from '../model/stage.ts'

/** The shape of `dns.promises.resolve`. mailauth's own type omits MX records, which are objects. */
export type MailauthResolver = (name: string, type: string) => Promise<string[][] | string[]>

export interface ResolverLimits {
  /** How many different questions may be asked. @default 30 */
  readonly questions?: number
  /** The share of the transaction's budget that the questions count towards. */
  readonly purpose?: Purpose
  /** How long all of them together may take, in milliseconds. @default 5000 */
  readonly time?: number
}

/** A resolver for one evaluation. It rejects when there is no answer, as mailauth expects. */
export function resolverFor(
  { dns, signal, clock }: Pick<Connection, 'dns' | 'signal' | 'clock'>,
  { questions = 30, time = 5_000, purpose }: ResolverLimits = {},
): MailauthResolver {
  const late = failure('timeout', `DNS took more than ${time} ms for one evaluation`)
  const end = clock.monotonic() + time
  const asked = new Map<string, Promise<string[][] | string[]>>()

  const options = { signal, ...(purpose && { purpose }) }
  const ask = async (name: string, type: RecordType) => {
    const ms = end - clock.monotonic()
    return recordsOf(ms > 0 ? await withDeadline(dns.resolve(name, type, options), { ms, late, clock }) : late)
  }
  return async (name, type) => {
    if (!POSSIBLE.test(name) || !isAsked(type)) throw dnsError('EBADNAME', 'the name is not valid in DNS')
    const key = `${type} ${name.toLowerCase()}`
    const known = asked.get(key)
    if (known !== undefined) return known
    if (asked.size >= questions) throw dnsError('EQUESTIONS', `more than ${questions} DNS questions`)
    const answer = ask(name, type)
    asked.set(key, answer)
    return answer
  }
}

// Labels of up to 63 printable characters. The resolver is stricter; only names outside this pattern are errors of the
// caller.
const POSSIBLE = /^(?=.{1,254}$)[ -\-/-~]{1,63}(?:\.[ -\-/-~]{1,63})*\.?$/

const codes: Readonly<Record<FailureCause, string>> = {
  timeout: 'ETIMEOUT',
  servfail: 'ESERVFAIL',
  refused: 'EREFUSED',
  unreachable: 'ECONNREFUSED',
  malformed: 'EBADRESP',
  budget: 'EBUDGET',
  // No host can have such a name, so it does not exist, which is no error.
  'bad-name': 'ENOTFOUND',
  aborted: 'ECANCELLED',
}

function recordsOf(answer: Answer<unknown>): string[][] | string[] {
  switch (answer.kind) {
    case 'answer':
      // mailauth reads MX records as objects, which its type of a resolver omits.
      return answer.records.map(copy) as string[]
    case 'nodata':
      throw dnsError('ENODATA', 'there is no such record')
    case 'nxdomain':
      throw dnsError('ENOTFOUND', 'there is no such name')
    case 'failure':
      throw dnsError(codes[answer.cause], answer.detail)
    default:
      return answer satisfies never
  }
}

// mailauth sorts and changes the records, and answers are shared with other sessions.
const copy = (record: unknown): unknown =>
  Array.isArray(record) ? [...record] : typeof record === 'object' ? { ...record } : record

// An error without a stack, which is never read and costs more than the rest of the answer.
const dnsError = (code: string, message: string): Error =>
  ({ __proto__: Error.prototype, name: 'Error', message, code }) as unknown as Error

const types: Readonly<Record<RecordType, true>> = {
  A: true,
  AAAA: true,
  TXT: true,
  MX: true,
  PTR: true,
  NS: true,
  CNAME: true,
}

const isAsked = (type: string): type is RecordType => Object.hasOwn(types, type)
