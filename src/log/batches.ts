/** Events in batches to any function: a database, a queue, an HTTP service. */
import { callback, having, text, whole } from '../model/checks.ts'
import type { GatewayEvent } from '../model/events.ts'
import { checked, required, schemaOf } from '../model/options.ts'
import type { ClosableSink } from './lines.ts'
import { Outbox, type QueueOptions } from './outbox.ts'

/** The options of {@link batches}. */
export interface BatchOptions extends QueueOptions {
  /** The name of the sink, in metrics and notices. */
  readonly name: string
  /** Writes a batch. While it is under way the next one is collected. Rejects when it could not, and gets it again. */
  readonly write: (events: readonly GatewayEvent[]) => Promise<void>
  /** How many events may wait. @default 10_000 */
  readonly max?: number
}

const schema = schemaOf<BatchOptions>('batches', {
  name: required(text('the name of the sink')),
  write: required(callback('a function that writes events; write write: async events => …')),
  max: whole({ min: 1 }),
  notify: callback(),
  clock: having('a clock', 'now', 'monotonic', 'after'),
})

/**
 * Hands events to an asynchronous function, in batches.
 *
 * @throws PosternError when an option is wrong
 * @example
 * const sink = batches({ name: 'history', write: async events => { await sql`insert into events ${sql(events)}` } })
 */
export function batches(options: BatchOptions): ClosableSink {
  const { max = 10_000, ...rest } = checked(schema, options)
  const outbox = new Outbox<GatewayEvent>({ ...rest, max, sizeOf: () => 1 })
  return {
    write: event => outbox.push(event),
    metrics: () => outbox.metrics(),
    close: () => outbox.close(),
  }
}
