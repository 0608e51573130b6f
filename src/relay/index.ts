/** `postern/relay`: the gateway program and its configuration. */
export { defineConfig } from './config/define.ts'
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
  QuarantineConfig,
  RedisConfig,
  RelayConfig,
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
