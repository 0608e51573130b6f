/** `postern/relay`: the gateway program and its configuration. */
export type { NextHopTls } from './config/addresses.ts'
export { defineConfig } from './config/define.ts'
export type {
  FilterConfig,
  LimitConfig,
  ListenerConfig,
  LoadConfig,
  NextHopConfig,
  PolicyConfig,
  RedisConfig,
  RelayConfig,
  StoreConfig,
  TlsConfig,
} from './config/types.ts'
export { runRelay } from './program.ts'
