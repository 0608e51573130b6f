/** What the console is made of: where it is reached, how people sign in, and the sources of its pages. */
import type { CheckResult, DoctorReport } from '../doctor/types.ts'
import type { SenderLists } from '../filters/lists/sender-lists.ts'
import type { History } from '../history/types.ts'
import type { RecordAction } from '../model/action-event.ts'
import type { Feedback } from '../model/feedback.ts'
import type { Metric } from '../model/metric.ts'
import type { Clock, Notify } from '../model/services.ts'
import type { Store } from '../model/store.ts'
import type { Duration } from '../model/units.ts'
import type { Releaser } from '../quarantine/releaser.ts'
import type { Quarantine } from '../quarantine/types.ts'
import type { PasswordCost } from './accounts/password.ts'
import type { ConsoleRecords } from './accounts/records.ts'
import type { Answer } from './api/schemas.ts'
import type { ReadForecast } from './load/series.ts'
import type { Thresholds } from './rules/verdicts.ts'

/** What {@link createConsole} takes. */
export interface ConsoleOptions {
  /** The name of the gateway, for titles and authenticators. */
  readonly name: string
  /** Accounts, sessions and tokens: `sqliteRecords` keeps them in a file. */
  readonly records: ConsoleRecords
  /** The store that all gateways share: tries are counted there, and edited points are kept. */
  readonly store: Store
  /** Writes what people do into the stream of events. */
  readonly record: RecordAction
  /** Tells the operator. */
  readonly notify: Notify
  /** Shows the link of the first set-up, which no log may keep. @default a line on standard error */
  readonly print?: (text: string) => void
  /**
   * Where people reach the console: `https://console.example.org`. Without it only browsers of the same machine do, by
   * the names of the loopback. @default none
   */
  readonly url?: string
  /** Addresses and networks of reverse proxies, whose `X-Forwarded-For` says who the client is. @default none */
  readonly proxies?: readonly string[]
  /** The language of those who have not chosen one. @default 'en' */
  readonly language?: 'en' | 'zh-CN'
  /** The version that the console shows. @default '' */
  readonly version?: string
  /** How long sessions last. */
  readonly session?: {
    /** Without a request. @default '30m' */
    readonly idle?: Duration
    /** In all. @default '12h' */
    readonly absolute?: Duration
  }
  /** How people sign in beside a password with codes. @default no other way */
  readonly signIn?: SignInOptions
  /** Where the pages take what they show. A page without its source says so. */
  readonly sources?: ConsoleSources
  /** The folder of the pages. @default those of this package */
  readonly assets?: string
  /** Answers requests below `/d/`, the pages of digests. @default none */
  readonly digestPages?: (request: Request, client: { readonly address: string }) => Promise<Response>
  /** What `/status` says to users. @default that mail goes as usual */
  readonly status?: (language: 'en' | 'zh-CN') => Promise<{ readonly title: string; readonly text: string }>
  /** @default the system's clock */
  readonly clock?: Clock
  /** How expensive a hash of a password is. @internal */
  readonly passwordCost?: PasswordCost
}

/** Ways to sign in. */
export interface SignInOptions {
  /** By OpenID Connect. */
  readonly oidc?: OidcOptions
  /** By a header that a reverse proxy of `proxies` sets, such as `X-Remote-User`; the account has to exist. */
  readonly proxyHeader?: string
  /** Owners of mailboxes by a link in mail. */
  readonly link?: {
    /** Whether mail for this address comes through this gateway. */
    readonly isMailbox: (address: string) => boolean | Promise<boolean>
    /** Sends the link. */
    readonly send: (mail: { readonly address: string; readonly url: string; readonly minutes: number }) => Promise<void>
  }
}

/** A provider of OpenID Connect. */
export interface OidcOptions {
  /** `https://login.example.org`: its configuration is read below it. */
  readonly issuer: string
  /** The name of the console at the provider. */
  readonly clientId: string
  /** Its secret there. */
  readonly clientSecret: string
  /** The words of the button. @default 'Single sign-on' */
  readonly label?: string
  /** The claim that names the account; an `email` must be verified. @default 'email' */
  readonly claim?: string
  /** A claim with the groups of a person. @default 'groups' */
  readonly groupsClaim?: string
  /** Groups whose members may sign in without an account; the first that fits counts. @default none */
  readonly groups?: readonly {
    readonly group: string
    readonly role: 'admin' | 'operator' | 'viewer'
    /** @default all */
    readonly domains?: readonly string[]
  }[]
}

/** Where the pages take what they show. */
export interface ConsoleSources {
  /** What became of every recipient. */
  readonly history?: History
  /** What is held. */
  readonly quarantine?: Quarantine
  /** Releases and deletes what is held, and takes that back. */
  readonly releaser?: Releaser
  /** The allow and deny lists: `senderLists`. */
  readonly lists?: SenderLists
  /** Says what a message was: `gateway.feedback`. */
  readonly feedback?: (feedback: Feedback) => Promise<void>
  /** Records of senders are in the store: show them. @default false */
  readonly reputation?: boolean
  /** Nodes take edited points from the store: let administrators edit them. @default false */
  readonly points?: boolean
  /** What this node has counted. */
  readonly metrics?: () => readonly Metric[] | Promise<readonly Metric[]>
  /** What is expected of arrivals. @default learned from `metrics` since the start */
  readonly forecast?: ReadForecast
  /** What the doctor has found. */
  readonly doctor?: ConsoleDoctor
  /** Reports that were received and sent, in the last days. */
  readonly reports?: (days: number) => Promise<Answer<'reports.get'>>
  /** How the gateway is configured, without secrets. */
  readonly settings?: () => Answer<'settings.get'>['sections'] | Promise<Answer<'settings.get'>['sections']>
  /** The thresholds of a recipient, for previews; '' is any. @default { tag: 4, quarantine: 6, reject: 15 } */
  readonly thresholds?: (recipient: string) => Thresholds
}

/** The checks of a deployment. */
export interface ConsoleDoctor {
  /** Undefined before the first run has ended. */
  readonly last: DoctorReport | undefined
  /** Runs all checks now, or waits for the run that goes on. */
  run(): Promise<DoctorReport>
  /** Called with each report. */
  onReport?(listener: (report: DoctorReport, before: readonly CheckResult[]) => void): () => void
}

/** Runs a console. */
export interface Console {
  /**
   * Answers a request. Never rejects.
   *
   * @param peer the address at the other end of the connection
   */
  fetch(request: Request, peer?: string): Promise<Response>
  /**
   * Shows the link of the first set-up, where there is no administrator yet.
   *
   * @param base where the console is reached, if no `url` is configured: `http://127.0.0.1:8080`
   */
  start(base?: string): Promise<void>
  /** Ends streams and timers; records and store are closed by who opened them. */
  close(): Promise<void>
}
