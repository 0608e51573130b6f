/** Events as OpenTelemetry log records: the provider of the caller batches them and sends them by OTLP. */
import { having } from '../model/checks.ts'
import type { EventSink, GatewayEvent } from '../model/events.ts'
import { checked, required, schemaOf } from '../model/options.ts'
import { escaped } from './json-line.ts'

/** What a sink needs of a logger of `@opentelemetry/api-logs`. */
export interface OtlpLogger {
  /** Takes a record. */
  emit(record: OtlpRecord): void
}

/** A log record of OpenTelemetry, as far as it is filled in. */
export interface OtlpRecord {
  /** Milliseconds since 1970. */
  readonly timestamp: number
  /** 9 for INFO, 13 for WARN. */
  readonly severityNumber: number
  /** The same as a word. */
  readonly severityText: 'INFO' | 'WARN'
  /** `postern.recipient` */
  readonly eventName: string
  /** A short line for people. */
  readonly body: string
  /** The fields of the event as `postern.*`; lists and objects as JSON. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>
}

/** What a sink needs of a `LoggerProvider` of `@opentelemetry/sdk-logs`. */
export interface OtlpLoggerProvider {
  /** The logger of a library. */
  getLogger(name: string): OtlpLogger
}

/** The options of {@link otlpLogs}. */
export interface OtlpOptions {
  /** The provider, with its own bounded batches: postern needs no package of OpenTelemetry. */
  readonly provider: OtlpLoggerProvider
}

const schema = schemaOf<OtlpOptions>('otlpLogs', {
  provider: required(having<OtlpLoggerProvider>('a LoggerProvider of @opentelemetry/sdk-logs', 'getLogger')),
})

/**
 * Hands each event to a logger of OpenTelemetry.
 *
 * @throws PosternError when the option is wrong
 * @example
 * const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor(new OTLPLogExporter())] })
 * postern({ filters, events: otlpLogs({ provider }) })
 */
export function otlpLogs(options: OtlpOptions): EventSink {
  const logger = checked(schema, options).provider.getLogger('postern')
  let dropped = 0
  return {
    write: event => {
      try {
        logger.emit(recordOf(event))
      } catch {
        dropped += 1
      }
    },
    metrics: () => [
      {
        name: 'postern_log_dropped_total',
        type: 'counter',
        help: 'Events that a sink has dropped.',
        samples: [{ labels: { sink: 'otlp' }, value: dropped }],
      },
    ],
  }
}

function recordOf(event: GatewayEvent): OtlpRecord {
  const isWarning = event.type === 'notice' && event.level === 'warning'
  const attributes: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(event)) {
    if (value === null || value === undefined) continue
    attributes[`postern.${name}`] = typeof value === 'object' ? JSON.stringify(value) : value
  }
  return {
    timestamp: event.time,
    severityNumber: isWarning ? 13 : 9,
    severityText: isWarning ? 'WARN' : 'INFO',
    eventName: `postern.${event.type}`,
    body: escaped(bodyOf(event)),
    attributes,
  }
}

function bodyOf(event: GatewayEvent): string {
  switch (event.type) {
    case 'session':
      return `session ${event.ref} of ${event.ip ?? 'an unknown address'} has ended`
    case 'transaction':
      return `transaction of ${event.reversePath || '<>'}: ${event.verdict}`
    case 'recipient':
      return `${event.recipient}: ${event.verdict}`
    case 'delivery':
      return `delivery to ${event.recipient}: ${event.result}`
    case 'feedback':
      return `${event.by} has reported ${event.label}`
    case 'notice':
      return event.reason
    case 'action':
      return `${event.by}: ${event.action} ${event.target}: ${event.result}`
    default:
      return event satisfies never
  }
}
