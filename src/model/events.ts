/**
 * Events: what happens to mail, as one versioned stream. The log is this stream, and history, console and alarms read
 * nothing else. Every event survives JSON and is bounded. Strings are as the client sent them: escape them where they
 * are shown.
 */
import type { ActionEvent } from './action-event.ts'
import type { EventBase } from './event-base.ts'
import type { Label } from './feedback.ts'
import type { Status, Verdict } from './finding.ts'
import type { Metric } from './metric.ts'
import type { ClientKind, Tls } from './stage.ts'

/** A reply as it was sent to the client. */
export interface SentReply {
  /** The reply code, such as 550. */
  readonly code: number
  /** The enhanced status code; absent where the reply had none. */
  readonly status?: string
  /** The text after the codes. */
  readonly text: string
}

/** A finding, as it counted. */
export interface FindingEntry {
  /** The filter and its rule, such as `dnsbl/listed`. */
  readonly rule: string
  /** A sentence for the operator, at most 320 characters. */
  readonly reason: string
  /** Evidence. */
  readonly points?: number
  /** Certainty. */
  readonly verdict?: Verdict
  /** The status code that it asks for. */
  readonly status?: Status
  /** The consequences that `shadow` or an exemption took away. */
  readonly dryRun?: { readonly points?: number; readonly verdict?: Verdict }
}

/** What a filter has used, in milliseconds. */
export interface FilterTime {
  /** How long its own code ran. */
  readonly cpu: number
  /** How long it waited for answers: DNS, scanners, stores, other code of this process. */
  readonly wait: number
}

/** A session has ended. Written last, but for deliveries that are reported later. */
export interface SessionEvent extends EventBase {
  /** The kind of the event. */
  readonly type: 'session'
  /** The reference of the session. */
  readonly ref: string
  /** The client's address; null where the host does not know it. */
  readonly ip: string | null
  /** How the configuration knows the client. */
  readonly client: ClientKind
  /** The last name in HELO, EHLO or LHLO; absent where the client has not sent it, or the host does not know it. */
  readonly helo?: string
  /** Absent without TLS. */
  readonly tls?: Tls
  /** When the client connected, in milliseconds since 1970. */
  readonly started: number
  /** How long the session lasted, in milliseconds. */
  readonly ms: number
  /** The last verdict about the client, at `connect` or `helo`. */
  readonly verdict: Verdict
  /** In shadow mode: the verdict that was not carried out. */
  readonly dryRun?: Verdict
  /** The sum of the points of `findings`. */
  readonly score: number
  /** What was found at `connect` and at the last `helo`, at most 50. */
  readonly findings: readonly FindingEntry[]
  /** The last reply at `connect` or `helo`; absent where nothing was judged. */
  readonly reply?: SentReply
  /** How many transactions the client began. */
  readonly transactions: number
  /** What each filter has used in this session, by its name: those that took 0.01 milliseconds and more. */
  readonly filters: Readonly<Record<string, FilterTime>>
}

/** A transaction has ended: delivered, refused, or given up by the client. Written before its accepted recipients. */
export interface TransactionEvent extends EventBase {
  /** The kind of the event. */
  readonly type: 'transaction'
  /** The reference of the session. */
  readonly ref: string
  /** Which transaction of the session, from 1. */
  readonly transaction: number
  /** The address of MAIL FROM; '' is the null reverse-path. */
  readonly reversePath: string
  /** The user who has authenticated. */
  readonly user?: string
  /** When MAIL was judged, in milliseconds since 1970. */
  readonly started: number
  /** From MAIL to the end of the transaction, in milliseconds. */
  readonly ms: number
  /** The verdict about the message, or about MAIL where no message was judged. */
  readonly verdict: Verdict
  /** In shadow mode: the verdict that was not carried out. */
  readonly dryRun?: Verdict
  /** The sum of all points. */
  readonly score: number
  /** The message was accepted, and its score has reached the `tag` threshold. */
  readonly tagged?: true
  /** What was found at `mail`, at most 50. Findings of later stages are in the recipients' events. */
  readonly findings: readonly FindingEntry[]
  /** The reply to the message, or to MAIL where no message was judged; absent where the client left before it. */
  readonly reply?: SentReply
  /** How many recipients were accepted at RCPT. */
  readonly accepted: number
  /** How many recipients were refused at RCPT. */
  readonly refused: number
  /** The name of the transaction in the host's log: the queue id of Postfix, the uuid of Haraka. */
  readonly queueId?: string
  /** Bytes; absent when no message was received. */
  readonly size?: number
  /** The address in From; absent when there is not exactly one author on whom all readers agree. */
  readonly from?: string
  /** The Message-ID field. */
  readonly messageId?: string
  /** The subject, or its keyed hash; absent unless the option `privacy.subject` asks for it. */
  readonly subject?: string
  /** SPF of the reverse-path or the greeting, if a filter has asked for it. */
  readonly spf?: {
    /** The result of the fact `spf`. */
    readonly result: string
    /** The domain of the reverse-path, or the name in the greeting. */
    readonly domain: string
    /** The record allows half the Internet: it proves nothing. Absent where it does not. */
    readonly permissive?: true
  }
  /** DKIM signatures, if a filter has asked for them; at most 10. */
  readonly dkim?: readonly {
    /** The result of this signature. */
    readonly result: string
    /** The signer, d=. */
    readonly domain: string
    /** The name of the key, s=. */
    readonly selector: string
    /** Only a part of the message is signed: it proves nothing. Absent where it is not so. */
    readonly partial?: true
  }[]
  /** DMARC, if a filter has asked for it. */
  readonly dmarc?: {
    /** The result of the fact `dmarc`. */
    readonly result: string
    /** The author's domain. */
    readonly domain: string
    /** The policy that applies to this message. */
    readonly policy: string
    /** The domain that publishes the policy; absent without a policy. */
    readonly policyDomain?: string
    /** What aligns with the author's domain; absent without a policy. */
    readonly aligned?: readonly ('spf' | 'dkim')[]
    /** It passes only by an SPF record that allows half the Internet. Absent where it does not. */
    readonly permissive?: true
    /** The domain is testing its policy (t=y); absent where it is not. */
    readonly testing?: true
    /** The policy asks for aggregate reports by mail; absent where it does not. */
    readonly reports?: true
  }
  /** ARC, if a filter has asked for it. */
  readonly arc?: { readonly result: string; readonly sealer?: string }
  /** The digest of the visible words without numbers and addresses, if a filter has asked for it: copies share it. */
  readonly fingerprint?: string
}

/** What SPF, DKIM and DMARC said of a message. */
export type Authentication = Pick<TransactionEvent, 'spf' | 'dkim' | 'dmarc'>

/**
 * What became of one recipient: the unit of the log. Refused at RCPT it is written at once, else with its transaction.
 */
export interface RecipientEvent extends EventBase {
  /** The kind of the event. */
  readonly type: 'recipient'
  /** The reference of the session. */
  readonly ref: string
  /** Which transaction of the session, from 1. */
  readonly transaction: number
  /** The client's address; null where the host does not know it. */
  readonly ip: string | null
  /** The address of MAIL FROM; '' is the null reverse-path. */
  readonly reversePath: string
  /** The address of RCPT TO. */
  readonly recipient: string
  /** `rcpt`: the last word about this recipient fell at RCPT. `message`: with the message. */
  readonly stage: 'rcpt' | 'message'
  /** What happened to the message for this recipient. */
  readonly verdict: Verdict
  /** In shadow mode: the verdict that was not carried out. */
  readonly dryRun?: Verdict
  /** The sum of all points. */
  readonly score: number
  /** The message was accepted, and its score has reached the `tag` threshold. */
  readonly tagged?: true
  /** Everything that was found about client, transaction, recipient and message, at most 50. */
  readonly findings: readonly FindingEntry[]
  /**
   * The reply as it was sent to the client: the next hop's refusal in place of 250. Absent where the client left before
   * it, or where the host wrote a positive reply that it does not tell us.
   */
  readonly reply?: SentReply
}

/** What became of a delivery to one recipient. */
export interface DeliveryReport {
  /**
   * `delivered`: the next hop has it. `repeated`: it had it from an earlier try. `deferred`: it is tried again, by us
   * or by the client. `refused`: it is not. `reported`: refused, and a report to the sender has been handed over.
   */
  readonly result: 'delivered' | 'repeated' | 'deferred' | 'refused' | 'reported'
  /** Where it was delivered to: `mx.example.org:25`, or a folder. */
  readonly nextHop?: string
  /** The reply code of the next hop; absent where there was no reply. */
  readonly code?: number
  /** The enhanced status code of the next hop. */
  readonly status?: string
  /** The words of the next hop, or what went wrong. */
  readonly text?: string
  /** The name of the message in the log of the next hop. */
  readonly queueId?: string
  /** From the beginning of the delivery to its result, in milliseconds. */
  readonly ms?: number
  /** How many hosts were tried. */
  readonly tries?: number
}

/** What a reply means for the delivery. */
export const resultOf = (code: number): 'delivered' | 'deferred' | 'refused' =>
  code < 400 ? 'delivered' : code < 500 ? 'deferred' : 'refused'

/** A delivery has a result. May come after the session has ended. */
export interface DeliveryEvent extends EventBase, DeliveryReport {
  /** The kind of the event. */
  readonly type: 'delivery'
  /** The reference of the session. */
  readonly ref: string
  /** Which transaction of the session, from 1; absent where the host does not say. */
  readonly transaction?: number
  /** The address of RCPT TO. */
  readonly recipient: string
}

/** Somebody has said what a message was, and the filters that learn have taken it. */
export interface FeedbackEvent extends EventBase {
  /** The kind of the event. */
  readonly type: 'feedback'
  /** What the message was. */
  readonly label: Label
  /** The reporter. */
  readonly by: string
  /** The reporter has taken back what they said before. */
  readonly undo: boolean
}

/** What the operator should know and what belongs to no session. */
export interface NoticeEvent extends EventBase {
  /** The kind of the event. */
  readonly type: 'notice'
  /** A notice belongs to no session. */
  readonly ref: null
  /** The source and what happened: `dnsbl/off`, `store/down`, `next-hop/down`. */
  readonly code: string
  /** A sentence. */
  readonly reason: string
  /** `warning` needs attention; `info` says that all is well again, or that something was done. */
  readonly level: 'info' | 'warning'
}

/** One event of the stream. */
export type GatewayEvent =
  | SessionEvent
  | TransactionEvent
  | RecipientEvent
  | DeliveryEvent
  | FeedbackEvent
  | NoticeEvent
  | ActionEvent

/** What {@link Gateway.delivered} takes: which recipient of which session, and what became of the delivery. */
export interface ReportedDelivery extends DeliveryReport {
  /** The reference of the session that brought the message. */
  readonly ref: string
  /** Which transaction of the session, from 1. @default not known */
  readonly transaction?: number
  /** The address of RCPT TO. */
  readonly recipient: string
}

/** Takes events, and keeps or sends them in its own time. `postern/log` has some. */
export interface EventSink {
  /** Takes one event. Must return at once: mail waits for it. What it throws becomes a warning. */
  write(event: GatewayEvent): void
  /** How long its queue is, and how many events it has dropped. */
  metrics?(): readonly Metric[]
}

/** A sink, or a function that is called with each event. */
export type EventReceiver = EventSink | ((event: GatewayEvent) => void)
