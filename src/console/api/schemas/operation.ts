/** Health, reports, audit, settings: what these endpoints take and answer. */
import * as v from 'valibot'
import { cursor, daysText, filled, limitText, maybe, time, timeText } from './values.ts'

const check = v.object({
  name: v.string(),
  /** `unknown`: it could not be found out, which is never `ok`. */
  status: v.picklist(['ok', 'warning', 'failed', 'unknown']),
  /** What was found: a sentence. */
  found: v.string(),
  /** What should be there. */
  expected: v.string(),
  /** What to do. */
  remedy: maybe(v.string()),
})

const dmarcRow = v.object({
  domain: v.string(),
  /** Who has sent the report. */
  reporter: v.string(),
  begin: time,
  end: time,
  messages: v.number(),
  /** Passed DKIM or SPF in alignment. */
  passed: v.number(),
  quarantined: v.number(),
  rejected: v.number(),
  /** The sources with the most failures. */
  failing: v.array(v.object({ source: v.string(), messages: v.number() })),
})

const tlsRow = v.object({
  domain: v.string(),
  reporter: v.string(),
  begin: time,
  end: time,
  successful: v.number(),
  failed: v.number(),
  failures: v.array(v.object({ type: v.string(), sessions: v.number() })),
})

const complaintRow = v.object({
  time,
  reporter: v.string(),
  kind: v.string(),
  /** The message that it is about, where that is known. */
  ref: maybe(v.string()),
  source: maybe(v.string()),
  recipient: maybe(v.string()),
})

const sentRow = v.object({
  time,
  domain: v.string(),
  recipient: v.string(),
  messages: v.number(),
  result: v.picklist(['sent', 'failed', 'waiting']),
  reason: maybe(v.string()),
})

/** What a person or a script did. */
const action = v.object({
  time,
  ref: v.nullable(v.string()),
  action: v.string(),
  by: v.string(),
  role: v.string(),
  target: v.string(),
  why: maybe(v.string()),
  result: v.picklist(['done', 'refused', 'failed']),
  reason: maybe(v.string()),
  node: v.string(),
})

export const operationSchemas = {
  'health.get': { answer: v.object({ time: v.nullable(time), isRunning: v.boolean(), checks: v.array(check) }) },
  'health.run': { answer: v.object({ kind: v.literal('started') }) },
  'reports.get': {
    query: v.strictObject({ days: maybe(daysText) }),
    answer: v.object({
      dmarc: v.array(dmarcRow),
      tls: v.array(tlsRow),
      complaints: v.array(complaintRow),
      sent: v.array(sentRow),
    }),
  },
  'audit.list': {
    query: v.strictObject({
      by: maybe(filled(320)),
      action: maybe(filled(40)),
      target: maybe(filled(320)),
      since: maybe(timeText),
      until: maybe(timeText),
      limit: maybe(limitText),
      cursor: maybe(cursor),
    }),
    answer: v.object({ entries: v.array(action), next: maybe(v.string()) }),
  },
  'settings.get': {
    answer: v.object({
      /** Sections of the configuration as an operator wrote them, secrets left out. */
      sections: v.array(
        v.object({ name: v.string(), lines: v.array(v.object({ name: v.string(), value: v.string() })) }),
      ),
    }),
  },
}
