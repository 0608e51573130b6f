/** How mailauth asks DNS: through our resolver, within a number of questions and a time, and with the error codes it knows. */

import { failure, within } from '../dns/answer.ts'
import type { Answer, FailureCause, Purpose, RecordType } from '../model/resolver.ts'
import type { Connection } from '../model/stage.ts'

/** The shape of `dns.promises.resolve`. mailauth's own type leaves out MX records, which are objects. */
export type MailauthResolver = (name: string, type: string) => Promise<string[][] | string[]>

export interface Share {
  /** How many different questions may be asked. @default 30 */
  readonly questions?: number
  /** Which share of the transaction's budget they are taken from. */
  readonly purpose?: Purpose
  /** How long all of them together may take, in milliseconds. @default 5000 */
  readonly time?: number
}

/** A resolver for one evaluation. It rejects where there is no answer, as mailauth expects. */
export function resolverFor(
  { dns, signal, clock }: Pick<Connection, 'dns' | 'signal' | 'clock'>,
  { questions = 30, time = 5_000, purpose }: Share = {},
): MailauthResolver {
  const late = failure('timeout', `DNS took more than ${time} ms for one evaluation`)
  const end = clock.monotonic() + time
  const asked = new Map<string, Promise<string[][] | string[]>>()

  const options = { signal, ...(purpose && { purpose }) }
  const ask = async (name: string, type: RecordType) => {
    const ms = end - clock.monotonic()
    return understood(ms > 0 ? await within(dns.resolve(name, type, options), { ms, late, clock }) : late)
  }
  return async (name, type) => {
    if (!POSSIBLE.test(name) || !isAsked(type)) throw trouble('EBADNAME', 'the name is none that DNS can be asked for')
    const key = `${type} ${name.toLowerCase()}`
    const known = asked.get(key)
    if (known !== undefined) return known
    if (asked.size >= questions) throw trouble('EQUESTIONS', `more than ${questions} DNS questions`)
    const answer = ask(name, type)
    asked.set(key, answer)
    return answer
  }
}

// Labels of up to 63 printable characters. The resolver is stricter; this says which of its refusals are mistakes of the asker.
const POSSIBLE = /^(?=.{1,254}$)[ -\-/-~]{1,63}(?:\.[ -\-/-~]{1,63})*\.?$/

const codes: Readonly<Record<FailureCause, string>> = {
  timeout: 'ETIMEOUT',
  servfail: 'ESERVFAIL',
  refused: 'EREFUSED',
  unreachable: 'ECONNREFUSED',
  malformed: 'EBADRESP',
  budget: 'EBUDGET',
  // A macro makes names such as `bob+lists._spf.example.org`. No host is called so: it is not there, and no error either.
  'bad-name': 'ENOTFOUND',
  aborted: 'ECANCELLED',
}

function understood(answer: Answer<unknown>): string[][] | string[] {
  switch (answer.kind) {
    case 'answer':
      // The one cast: mailauth reads MX records as the objects that they are.
      return answer.records.map(copy) as string[]
    case 'nodata':
      throw trouble('ENODATA', 'there is no such record')
    case 'nxdomain':
      throw trouble('ENOTFOUND', 'there is no such name')
    case 'failure':
      throw trouble(codes[answer.cause], answer.detail)
    default:
      return answer satisfies never
  }
}

// mailauth sorts and marks what it is given, and answers are shared with every other session.
const copy = (record: unknown): unknown =>
  Array.isArray(record) ? [...record] : typeof record === 'object' ? { ...record } : record

// An error in all but its stack, which nobody reads and which costs more than the rest of the answer.
const trouble = (code: string, message: string): Error =>
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
