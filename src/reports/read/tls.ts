/** Reads reports about TLS (RFC 8460 §4.4): JSON. */
import { isRecord } from '../../model/options.ts'
import type { TlsFailure, TlsPolicy, TlsReport } from '../types.ts'
import { bounded, UnreadableError } from './limits.ts'

const MAX_POLICIES = 1_000
const MAX_FAILURES = 1_000
/** JSON takes up to twenty times its length in memory. */
const MAX_LENGTH = 4 * 1024 ** 2

/** @throws UnreadableError where it is no report about TLS */
export function readTls(bytes: Buffer): TlsReport {
  if (bytes.length > MAX_LENGTH) throw new UnreadableError(`its JSON has more than ${MAX_LENGTH} bytes`)
  const report = parsed(bytes)
  if (!isRecord(report) || !Array.isArray(report.policies))
    throw new UnreadableError('the JSON has no list of policies, as a report about TLS has')
  const { 'date-range': range, policies } = report
  const contact = textIn(report, 'contact-info')
  const dates = isRecord(range) ? range : {}
  return {
    kind: 'tls',
    reporter: textIn(report, 'organization-name'),
    ...(contact !== '' && { contact }),
    id: textIn(report, 'report-id'),
    begin: timeIn(dates, 'start-datetime'),
    end: timeIn(dates, 'end-datetime'),
    policies: policies.slice(0, MAX_POLICIES).filter(isRecord).map(policyOf),
    ...(policies.length > MAX_POLICIES && { isPartial: true as const }),
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString().replace(/^\ufeff/, ''))
  } catch {
    throw new UnreadableError('it is no JSON')
  }
}

type Fields = Readonly<Record<string, unknown>>

function policyOf(entry: Fields): TlsPolicy {
  const { policy, summary, 'failure-details': details } = entry
  const [about, counts] = [policy, summary].map(value => (isRecord(value) ? value : {}))
  const failures = Array.isArray(details) ? details.slice(0, MAX_FAILURES).filter(isRecord) : []
  return {
    type: textIn(about ?? {}, 'policy-type'),
    domain: textIn(about ?? {}, 'policy-domain').toLowerCase(),
    successful: numberIn(counts ?? {}, 'total-successful-session-count'),
    failed: numberIn(counts ?? {}, 'total-failure-session-count'),
    failures: failures.map(failureOf),
  }
}

function failureOf(entry: Fields): TlsFailure {
  const [host, comment] = [textIn(entry, 'receiving-mx-hostname'), textIn(entry, 'failure-reason-code')]
  return {
    type: textIn(entry, 'result-type'),
    sessions: numberIn(entry, 'failed-session-count'),
    ...(host !== '' && { host }),
    ...(comment !== '' && { comment }),
  }
}

function textIn(fields: Fields, key: string): string {
  const value = fields[key]
  return typeof value === 'string' ? bounded(value) : ''
}

function numberIn(fields: Fields, key: string): number {
  const value = Number(fields[key])
  return Number.isSafeInteger(value) && value >= 0 ? value : 0
}

function timeIn(fields: Fields, key: string): number {
  const time = Date.parse(textIn(fields, key))
  return Number.isNaN(time) ? 0 : time
}
