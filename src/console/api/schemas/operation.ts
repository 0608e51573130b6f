/** Rules, load, health, reports, audit: what these endpoints take and answer. */
import * as v from 'valibot'
import { entry } from './messages.ts'
import { cursor, daysText, done, expected, filled, limitText, maybe, time, timeText, upTo, verdict } from './values.ts'

const cost = v.object({
  /** Milliseconds of its own code. */
  cpu: v.number(),
  /** Milliseconds that it waited. */
  wait: v.number(),
})

const rule = v.object({
  rule: v.string(),
  /** Recipients for whom it found something. */
  hits: v.number(),
  /** Of these, recipients of messages that people called wanted: false positives where it has points. */
  calledHam: v.number(),
  /** Of these, recipients of messages that people called spam. */
  calledSpam: v.number(),
  /** The points that it gave last; absent where it gave none. */
  points: maybe(v.number()),
  /** Points of the console in place of those of the configuration. */
  edited: maybe(v.number()),
  /** It has changed nothing: what it would have done. */
  dryRun: maybe(
    v.object({
      hits: v.number(),
      /** By verdict, and `points` where it has points. */
      verdicts: v.record(v.string(), v.number()),
    }),
  ),
})

/** How many recipients go from one verdict to another. */
const change = v.object({ from: verdict, to: verdict, count: v.number() })

const changes = v.object({
  /** Recipients that were looked at. */
  examined: v.number(),
  changed: v.array(change),
})

const load = v.object({
  value: v.number(),
  level: v.picklist(['green', 'amber', 'red']),
  parts: v.record(v.string(), v.number()),
  slowdown: v.number(),
})

const check = v.object({
  name: v.string(),
  result: v.picklist(['ok', 'warning', 'problem', 'skipped']),
  /** What was found: a sentence. */
  found: v.string(),
  /** What to do. */
  remedy: maybe(v.string()),
})

/** Connections, bytes and scans that refusing early has saved, since the start. */
const saved = v.object({ connections: v.number(), bytes: v.number(), scans: v.number() })

/** Data of the events `counters` of `live`, one a second. */
export const liveCounters = v.object({
  time,
  sessions: v.number(),
  /** Since the last event. */
  opened: v.number(),
  /** Recipients and clients by verdict, since the last event. */
  verdicts: v.record(v.string(), v.number()),
  load: v.nullable(load),
  saved,
})

/** Data of the events `recipient` of `live`: the newest, at most 20 a second. */
export const liveRecipient = entry

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

/** Points from -100 to 100. */
const points = v.pipe(v.number(), v.minValue(-100), v.maxValue(100))

export const operationSchemas = {
  'rules.list': {
    query: v.strictObject({ days: maybe(daysText) }),
    answer: v.object({
      since: time,
      rules: v.array(rule),
      filters: v.array(v.object({ filter: v.string(), ...cost.entries })),
      /** Only part of the time was looked at: from `since`. */
      isPartial: v.boolean(),
    }),
  },
  'rules.preview': {
    body: v.strictObject({
      points: v.pipe(v.record(filled(200), points), v.maxEntries(50)),
      days: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(31)),
    }),
    answer: v.object({
      since: time,
      all: changes,
      /** Recipients of messages that people called wanted. */
      calledHam: changes,
      /** Recipients of messages that people called spam. */
      calledSpam: changes,
      /** Some that change, at most 20. */
      examples: v.array(v.object({ ...entry.entries, to: verdict, newScore: v.number() })),
      isPartial: v.boolean(),
    }),
  },
  'rules.points': {
    answer: v.object({
      edited: v.array(v.object({ rule: v.string(), points: v.number(), by: v.string(), time, why: maybe(v.string()) })),
      /** Absent where a node's own policy decides. */
      thresholds: maybe(v.object({ quarantine: v.number(), reject: v.number() })),
    }),
  },
  'rules.setPoints': {
    body: v.strictObject({
      rule: filled(200),
      /** Null: those of the configuration again. */
      points: v.nullable(points),
      why: maybe(upTo(500)),
    }),
    answer: done,
  },
  'load.get': {
    query: v.strictObject({
      hours: maybe(v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.maxValue(744))),
    }),
    answer: v.object({
      now: v.nullable(load),
      /** Recipients by verdict, one row an hour. */
      verdicts: v.array(v.object({ hour: time, counts: v.record(v.string(), v.number()) })),
      /** Arrivals a minute: what was counted and what was expected. */
      arrivals: v.array(v.object({ time, count: v.number() })),
      /** The next hours, with a band of nine tenths; empty before a whole day was observed. */
      forecast: v.array(expected),
      nextHops: v.array(
        v.object({
          name: v.string(),
          isUp: maybe(v.boolean()),
          delivered: v.number(),
          deferred: v.number(),
          refused: v.number(),
          /** The mean of all deliveries since the start, in milliseconds. */
          ms: maybe(v.number()),
        }),
      ),
    }),
  },
  live: {},
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
