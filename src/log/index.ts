/** `postern/log`: sinks for the events of a gateway. */
export { type BatchOptions, batches } from './batches.ts'
export { type FileOptions, type FileSink, logFile } from './file.ts'
export { jsonLine } from './json-line.ts'
export { type ClosableSink, type JsonLinesOptions, jsonLines } from './lines.ts'
export {
  type OtlpLogger,
  type OtlpLoggerProvider,
  type OtlpOptions,
  type OtlpRecord,
  otlpLogs,
} from './otlp.ts'
export type { QueueOptions } from './outbox.ts'
export { type RedisStreamOptions, redisStream, type StreamClient } from './redis-stream.ts'
