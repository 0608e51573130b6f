/** What every event of the stream has. */

/** The version of all events: a new one when a field changes its meaning or is removed, not when one is added. */
export const EVENT_VERSION = 1

/** What every event has. */
export interface EventBase {
  /** The version of the stream. */
  readonly v: typeof EVENT_VERSION
  /** When it was written, in milliseconds since 1970. */
  readonly time: number
  /** The reference of the session, which stands in its replies and in the delivered message; null without a session. */
  readonly ref: string | null
  /** The process that wrote it. */
  readonly node: string
}
