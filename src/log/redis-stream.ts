/** Events into a Redis or Valkey stream (XADD), from where several programs read them. */
import { callback, duration, having, text, whole } from '../model/checks.ts'
import { checked, required, schemaOf } from '../model/options.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { jsonLine } from './json-line.ts'
import { type ClosableSink, MAX_QUEUE_BYTES } from './lines.ts'
import { Outbox, type QueueOptions } from './outbox.ts'

/** What a sink needs of a client of ioredis. */
export interface StreamClient {
  /** XADD. */
  xadd(key: string, ...args: (string | number)[]): Promise<unknown>
  /** `ready` while it is connected. */
  readonly status?: string
}

/** The options of {@link redisStream}. */
export interface RedisStreamOptions extends QueueOptions {
  /** A client of ioredis. It stays the caller's. */
  readonly client: StreamClient
  /** The key of the stream. @default 'postern:events' */
  readonly key?: string
  /** About how many events the stream keeps (`MAXLEN ~`). @default 1_000_000 */
  readonly maxLength?: number
  /**
   * How long a batch may take. A batch that takes longer is written again: an event may then be there twice.
   * @default '5s'
   */
  readonly timeout?: Duration
}

const schema = schemaOf<RedisStreamOptions>('redisStream', {
  client: required(having<StreamClient>('a client of ioredis', 'xadd')),
  key: text('the key of a stream'),
  maxLength: whole({ min: 1 }),
  timeout: duration({ min: '1ms' }),
  notify: callback(),
  clock: having('a clock', 'now', 'monotonic', 'after'),
})

/** Commands that are sent without waiting for the reply to the first of them. */
const MAX_PIPELINE = 500

/**
 * Adds each event to a stream, as the field `event` with its JSON.
 *
 * @throws PosternError when an option is wrong
 * @example
 * postern({ filters, events: redisStream({ client: new Redis() }) })
 */
export function redisStream(options: RedisStreamOptions): ClosableSink {
  const { client, key = 'postern:events', maxLength = 1_000_000, timeout = '5s', ...rest } = checked(schema, options)
  const ms = toMilliseconds(timeout)
  const add = async (batch: readonly string[]): Promise<void> => {
    // A client that is not connected would keep commands in a separate queue, without a bound.
    if (client.status !== undefined && client.status !== 'ready') throw new Error(`the client is ${client.status}`)
    for (let from = 0; from < batch.length; from += MAX_PIPELINE) {
      const commands = batch
        .slice(from, from + MAX_PIPELINE)
        .map(event => client.xadd(key, 'MAXLEN', '~', maxLength, '*', 'event', event))
      await within(ms, Promise.all(commands))
    }
  }
  const outbox = new Outbox<string>({
    ...rest,
    name: `redis ${key}`,
    max: MAX_QUEUE_BYTES,
    sizeOf: event => event.length,
    write: add,
  })
  return {
    write: event => outbox.push(jsonLine(event).trimEnd()),
    metrics: () => outbox.metrics(),
    close: () => outbox.close(),
  }
}

/** Rejects when `work` takes longer. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no reply within ${ms} ms`)), ms)
  try {
    await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined)
  }
}
