/** The configuration of reports and of the summary, as an operator writes it. */
import type { Duration } from '../../model/units.ts'
import type { NextHopOptions } from '../delivery/types.ts'

/** Reports of DMARC and TLS, and complaints. */
export interface ReportConfig {
  /** Sends DMARC aggregate reports (RFC 9990) to domains that ask for them, once a day. @default none are sent */
  readonly send?: SendReportConfig
  /**
   * Addresses of ours to which others send reports and complaints. Such mail is delivered as all other, and what it
   * reports is shown. Mail to these addresses is in no report of ours. @default none are read
   */
  readonly receive?: readonly string[]
  /** The folder in which copies wait until they are read. @default 'reports' in `maildir` */
  readonly folder?: string
}

/** How DMARC aggregate reports are sent. Their author is that of `mail`, and its key signs them. */
export interface SendReportConfig {
  /** The server that takes mail for all domains: reports leave by it. @default `mail.nextHop` */
  readonly nextHop?: NextHopOptions
  /** The name of our organisation. @default the domain of `mail.from` */
  readonly organisation?: string
  /** Where else we can be reached, such as the address of a page. @default nowhere */
  readonly contact?: string
  /** Reports of a day begin so long after its end (UTC) at most, at random. @default '45m' */
  readonly jitter?: Duration
}

/** The days of the week. */
export type Weekday = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday'

/** A summary of the week, by mail to operators. */
export interface SummaryConfig {
  /** Who gets it. */
  readonly to: readonly (string | SummaryRecipient)[]
  /** The day on which it is sent. @default 'monday' */
  readonly day?: Weekday
  /** The time of the day, such as `08:00`. @default '08:00' */
  readonly time?: string
  /** The zone of `day` and `time`, such as `Asia/Shanghai`. @default that of the system */
  readonly timeZone?: string
}

/** Who gets a summary, and of what. */
export interface SummaryRecipient {
  /** The address. */
  readonly address: string
  /** The domains of which it tells. @default all, and the gateway as a whole */
  readonly domains?: readonly string[]
  /** The language. @default 'en' */
  readonly language?: 'en' | 'zh-CN'
}
