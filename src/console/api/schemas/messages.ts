/** Messages, the quarantine, senders and lists: what these endpoints take and answer. */
import * as v from 'valibot'
import {
  address,
  cursor,
  done,
  filled,
  finding,
  label,
  limitText,
  maybe,
  time,
  timeText,
  undo,
  upTo,
  verdict,
} from './values.ts'

/** One recipient of one message, as a line of a list. */
export const entry = v.object({
  time,
  ref: v.string(),
  transaction: v.number(),
  ip: v.nullable(v.string()),
  reversePath: v.string(),
  recipient: v.string(),
  verdict,
  dryRun: maybe(verdict),
  score: v.number(),
  tagged: maybe(v.literal(true)),
  code: maybe(v.number()),
  from: maybe(v.string()),
  subject: maybe(v.string()),
  messageId: maybe(v.string()),
  delivery: maybe(v.picklist(['delivered', 'deferred', 'refused'])),
})

const page = v.object({ entries: v.array(entry), next: maybe(v.string()), isPartial: maybe(v.boolean()) })

const heldKind = v.picklist(['spam', 'phishing', 'malware', 'policy', 'unexamined'])
const heldState = v.picklist(['held', 'releasing', 'released', 'deleted'])

const held = v.object({
  id: v.string(),
  ref: v.string(),
  transaction: v.number(),
  kind: heldKind,
  time,
  expires: time,
  ip: v.nullable(v.string()),
  reversePath: v.string(),
  recipient: v.string(),
  state: heldState,
  by: maybe(v.string()),
  why: maybe(v.string()),
  at: maybe(time),
  from: maybe(v.string()),
  subject: maybe(v.string()),
  messageId: maybe(v.string()),
  score: v.number(),
  size: v.number(),
  findings: v.array(finding),
  /** This account may release it. */
  mayRelease: v.boolean(),
})

const part = v.object({
  /** Its place in the tree: 1, 1.1, 1.2. */
  path: v.string(),
  type: v.string(),
  name: maybe(v.string()),
  size: v.number(),
  /** What its bytes are, where that is not what its type says. */
  detected: maybe(v.string()),
  isAttachment: v.boolean(),
})

const listEntry = v.object({
  id: v.string(),
  effect: v.picklist(['allow', 'deny']),
  sender: v.string(),
  scope: maybe(v.string()),
  enforced: maybe(v.boolean()),
  unproven: maybe(v.boolean()),
  expires: maybe(time),
  author: maybe(v.string()),
  note: maybe(v.string()),
  created: time,
  /** This account may remove it. */
  mayRemove: v.boolean(),
})

/** An event of the stream; docs/reference/events.md lists its members by `type`. */
const event = v.looseObject({ type: v.string(), time, ref: v.nullable(v.string()), node: v.string() })

const session = v.object({
  ref: v.string(),
  /** The story of `postern trace`, one line each; no markup, what the client sent is escaped. */
  story: v.array(v.string()),
  /** What this account may see, in order. */
  events: v.array(event),
  /** Recipients of other domains are left out. */
  isPartial: v.boolean(),
  held: v.array(held),
  /** What was said about it by `messages.feedback`. */
  feedback: v.array(v.object({ label, by: v.string(), time, undo: v.boolean() })),
  /** Senders that an entry of a list can name, those that are proven first. */
  senders: v.array(
    v.object({
      /** For `lists.add`: `dmarc:example.org`, `bob@example.org`. */
      sender: v.string(),
      isProven: v.boolean(),
    }),
  ),
  /** Scopes that this account may write entries for, the narrowest first; '' is all recipients. */
  scopes: v.array(v.string()),
  /** The digest of the visible words, where there is one: `messages.similar` finds copies. */
  fingerprint: maybe(v.string()),
})

export const messageSchemas = {
  'messages.search': {
    query: v.strictObject({
      text: maybe(filled(998)),
      recipient: maybe(address),
      sender: maybe(address),
      ip: maybe(filled(45)),
      ref: maybe(filled(100)),
      messageId: maybe(filled(998)),
      rule: maybe(filled(200)),
      verdict: maybe(verdict),
      since: maybe(timeText),
      until: maybe(timeText),
      limit: maybe(limitText),
      cursor: maybe(cursor),
    }),
    answer: page,
  },
  'messages.get': { answer: session },
  'messages.similar': {
    query: v.strictObject({ transaction: maybe(v.pipe(v.string(), v.regex(/^\d{1,6}$/), v.transform(Number))) }),
    answer: page,
  },
  'messages.feedback': {
    body: v.strictObject({ label, undo: maybe(v.boolean()), why: maybe(upTo(500)) }),
    answer: done,
  },
  'held.list': {
    query: v.strictObject({
      recipient: maybe(address),
      kind: maybe(heldKind),
      state: maybe(heldState),
      since: maybe(timeText),
      limit: maybe(limitText),
      cursor: maybe(cursor),
    }),
    answer: v.object({
      entries: v.array(held),
      next: maybe(v.string()),
      /** How much is held in all; only for accounts of all domains. */
      usage: maybe(v.object({ messages: v.number(), bytes: v.number() })),
    }),
  },
  'held.get': {
    /** One for each recipient that this account may see. */
    answer: v.object({ entries: v.array(held) }),
  },
  'held.content': {
    answer: v.object({
      /** Fields of the header in order, decoded, at most 200. */
      header: v.array(v.object({ name: v.string(), value: v.string() })),
      parts: v.array(part),
      /** The plain text, or the text of the HTML; at most 200,000 characters. */
      text: v.string(),
      /** `held.html` has something to show. */
      hasHtml: v.boolean(),
      /** Links as text: never a place to click. */
      links: v.array(v.object({ url: v.string(), text: maybe(v.string()) })),
      /** Something was longer than what is shown. */
      isTruncated: v.boolean(),
      /** What could not be read, in sentences. */
      unexamined: v.array(v.string()),
    }),
  },
  'held.html': {},
  'held.source': {},
  'held.act': {
    body: v.strictObject({
      action: v.picklist(['release', 'delete']),
      items: v.pipe(v.array(v.strictObject({ id: filled(200), recipient: address })), v.minLength(1), v.maxLength(100)),
      why: maybe(upTo(500)),
      /** With `release`: the message was wanted; with `delete`: it was spam. @default false */
      train: maybe(v.boolean()),
      /** With `release`: allow its proven sender for the recipient. @default false */
      allow: maybe(v.boolean()),
    }),
    answer: v.object({
      /** In the order of `items`. */
      results: v.array(
        v.object({
          id: v.string(),
          recipient: v.string(),
          kind: v.picklist(['done', 'done-before', 'unknown', 'forbidden', 'failed']),
          reason: maybe(v.string()),
          undo,
        }),
      ),
    }),
  },
  'lists.list': {
    query: v.strictObject({ scope: maybe(address) }),
    /** At most 2,000, the newest first. */
    answer: v.object({ entries: v.array(listEntry), isPartial: maybe(v.boolean()) }),
  },
  'lists.add': {
    body: v.strictObject({
      effect: v.picklist(['allow', 'deny']),
      sender: filled(320),
      /** An address or a domain; left out or '': all recipients. */
      scope: maybe(upTo(320)),
      enforced: maybe(v.boolean()),
      unproven: maybe(v.boolean()),
      expires: maybe(time),
      note: maybe(upTo(500)),
      /** The message that gave the occasion. */
      ref: maybe(filled(100)),
    }),
    answer: v.object({ ...listEntry.entries, undo }),
  },
  'lists.remove': { query: v.strictObject({ scope: maybe(upTo(320)), why: maybe(upTo(500)) }), answer: done },
  'senders.get': {
    answer: v.object({
      name: v.string(),
      /** Each identity under which the sender may be known: address, network, rDNS, SPF, DKIM, author. */
      identities: v.array(
        v.object({
          identity: v.string(),
          good: v.number(),
          bad: v.number(),
          /** The expected share of good messages, from 0 to 1. */
          share: v.number(),
          /** From -1, good, to 1, bad. */
          tendency: v.number(),
          text: v.string(),
        }),
      ),
      lists: v.array(listEntry),
      recent: v.array(entry),
    }),
  },
  undo: { body: v.strictObject({ undo: filled(100) }), answer: done },
}
