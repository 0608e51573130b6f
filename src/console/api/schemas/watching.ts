/** Rules, load and the live view: what these endpoints take and answer. */
import * as v from 'valibot'
import { entry } from './messages.ts'
import { daysText, done, expected, filled, label, maybe, type ReadOnly, time, upTo, verdict } from './values.ts'

/** Counts or rates of each verdict. */
const verdicts = v.object({
  accept: v.number(),
  quarantine: v.number(),
  defer: v.number(),
  discard: v.number(),
  reject: v.number(),
})

const rule = v.object({
  rule: v.string(),
  /** Recipients for whom it found something. */
  hits: v.number(),
  /** The same by day, the oldest first; absent for accounts of some domains. */
  days: maybe(v.array(v.number())),
  /** Recipients of messages that people called wanted: false positives where it has points. */
  calledHam: v.number(),
  /** Recipients of messages that people called spam. */
  calledSpam: v.number(),
  /** The mean of its points in the sample; absent where it gave none. */
  points: maybe(v.number()),
  /** Points of the console in place of those of the configuration. */
  edited: maybe(v.number()),
  /** It has changed nothing: what it would have done in the sample. */
  dryRun: maybe(
    v.object({
      hits: v.number(),
      /** Recipients whose verdict it would have changed, by that verdict. */
      verdicts: v.partial(verdicts),
      /** Of those that it would have stopped, recipients of messages that people called wanted. */
      calledHam: v.number(),
    }),
  ),
})

const filterCost = v.object({
  filter: v.string(),
  /** The mean of a session, in milliseconds: its own code. */
  cpu: v.number(),
  /** The mean of a session, in milliseconds: waiting. */
  wait: v.number(),
  /** Sessions of the sample in which it took time. */
  sessions: v.number(),
})

const changes = v.object({
  /** Recipients that were looked at. */
  examined: v.number(),
  /** How many recipients go from one verdict to another. */
  changed: v.array(v.object({ from: verdict, to: verdict, count: v.number() })),
})

/** Points from -100 to 100. */
const points = v.pipe(v.number(), v.minValue(-100), v.maxValue(100))

const parts = v.record(v.string(), v.number())
const level = v.picklist(['green', 'amber', 'red'])

const nextHop = v.object({
  name: v.string(),
  /** Whether deliveries are tried; null where that is not known. */
  up: v.nullable(v.boolean()),
  /** Recipients a second. */
  delivered: v.number(),
  deferred: v.number(),
  refused: v.number(),
  /** The mean time of a delivery, in milliseconds; null where there was none. */
  ms: v.nullable(v.number()),
})

/** Data of the event `point` of `live`, one a second. Rates are per second. */
const livePoint = v.object({
  /** The end of the interval. */
  time,
  seconds: v.number(),
  sessions: v.object({ open: v.number(), opened: v.number() }),
  verdicts,
  /** Of `defer` and `reject`: clients that got no further than their greeting. */
  early: v.object({ defer: v.number(), reject: v.number() }),
  load: v.object({ value: v.number(), level, parts }),
  /** Empty for accounts of some domains. */
  nextHops: v.array(nextHop),
  saved: v.object({
    /** Connections that were refused before a sender was named: counted. */
    connections: v.number(),
    /** Messages that were not sent: estimated. */
    messages: v.number(),
    /** Estimated; null until the mean size of messages was measured. */
    bytes: v.nullable(v.number()),
    /** Estimated; null without a scanner. */
    scans: v.nullable(v.number()),
  }),
})

/** Data of the event `start` of `live`: the last minutes. */
const liveStart = v.object({ points: v.array(livePoint), isFailing: v.boolean() })

/** Data of the event `entries` of `live`: the newest recipients, when they change. */
const liveEntries = v.array(entry)

/** Data of the event `point` of `live`. */
export type LivePointData = ReadOnly<v.InferOutput<typeof livePoint>>
/** Data of the event `start` of `live`. */
export type LiveStartData = ReadOnly<v.InferOutput<typeof liveStart>>
/** Data of the event `entries` of `live`. */
export type LiveEntriesData = ReadOnly<v.InferOutput<typeof liveEntries>>

const loadStep = v.object({
  time,
  /** The highest of the step. */
  load: v.number(),
  parts,
  /** Sessions a minute. */
  arrivals: v.number(),
  /** What was expected of a minute; absent in the first day. */
  expected: maybe(v.object({ expected: v.number(), low: v.number(), high: v.number() })),
  /** A second. */
  verdicts,
  /** The mean time of deliveries by next hop, in milliseconds. */
  nextHops: v.record(v.string(), v.number()),
})

export const watchingSchemas = {
  'rules.list': {
    query: v.strictObject({ days: maybe(daysText) }),
    answer: v.object({
      since: time,
      until: time,
      rules: v.array(rule),
      filters: v.array(filterCost),
      /** What points, cost and dry runs were measured on. */
      sample: v.object({ sessions: v.number(), recipients: v.number() }),
      /** Messages that people have said something about. */
      corrected: v.number(),
      /** Hits were counted in the sample alone: the account is of some domains. */
      isSampled: v.boolean(),
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
      examples: v.array(v.object({ ...entry.entries, to: verdict, newScore: v.number(), label: maybe(label) })),
      /** There are more hits than were looked at: the newest ones were. */
      isPartial: v.boolean(),
    }),
  },
  'rules.points': {
    answer: v.object({
      edited: v.array(v.object({ rule: v.string(), points: v.number(), by: v.string(), time, why: maybe(v.string()) })),
      /** Absent where a node's own policy decides. */
      thresholds: maybe(v.object({ tag: maybe(v.number()), quarantine: v.number(), reject: v.number() })),
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
      hours: maybe(v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(744))),
    }),
    answer: v.object({
      now: v.nullable(livePoint),
      /** At most the last day, in at most 360 steps; a process that has just started has fewer. */
      steps: v.array(loadStep),
      /** Recipients by verdict, one row an hour; empty for accounts of some domains. */
      verdicts: v.array(v.object({ hour: time, counts: v.record(v.string(), v.number()) })),
      /** Sessions a minute in the next hours, with a band of nine tenths; empty before a whole day was observed. */
      forecast: v.array(expected),
    }),
  },
  live: {},
}
