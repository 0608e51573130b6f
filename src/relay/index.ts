/** `postern/relay`: the gateway program and its configuration. */
export type { CustomRule } from '../alerts/custom.ts'
export type { AlertsOptions, RuleName, RuleOptions } from '../alerts/options.ts'
export type { Severity } from '../alerts/types.ts'
export type { AlertWebhook } from '../alerts/webhook.ts'
export type { DigestOptions, DigestRule } from '../digest/types.ts'
export type { MailOptions, MailSigningKey } from '../mailing/types.ts'
export type {
  ConsoleConfig,
  ConsoleGroupConfig,
  ConsoleOidcConfig,
  ConsoleSessionConfig,
} from './config/console-config.ts'
export { defineConfig } from './config/define.ts'
export type { DigestConfig } from './config/digest-config.ts'
export type {
  FolderHistoryConfig,
  FolderQuarantineConfig,
  HeldConfig,
  HistoryConfig,
  LogPrivacyConfig,
  PostgresHistoryConfig,
  PostgresQuarantineConfig,
  QuarantineConfig,
} from './config/kept-types.ts'
export type {
  ReportConfig,
  SendReportConfig,
  SummaryConfig,
  SummaryRecipient,
  Weekday,
} from './config/report-config.ts'
export type {
  DoctorConfig,
  FilterConfig,
  LimitConfig,
  ListenerConfig,
  LoadConfig,
  LogConfig,
  LogStreamConfig,
  MailConfig,
  PolicyConfig,
  RedisConfig,
  RelayConfig,
  RelayThresholds,
  StoreConfig,
  TlsConfig,
} from './config/types.ts'
export type {
  CacheOptions,
  ConnectionOptions,
  HostOptions,
  NextHopOptions,
  NextHopTls,
  RecipientCallbackOptions,
  RecipientFileOptions,
  RecipientHopOptions,
  RecipientListOptions,
  RecipientOptions,
  RecipientProbeOptions,
  RecipientUrlOptions,
  RouteOptions,
  SigningKey,
  SrsOptions,
  TimeoutOptions,
} from './delivery/types.ts'
export { runRelay } from './program.ts'
