/** What people say about messages that were judged, in the words in which filters are taught. */
import type { Readable } from 'node:stream'
import type { Services } from './services.ts'
import type { Message } from './stage.ts'

/** Whether a message was wanted. */
export type Label = 'ham' | 'spam'

/** What somebody says about a message. */
export type Feedback = Named & {
  readonly label: Label
  /** Who says it: `user:alice`, `trap`, `abuse-desk`. Said twice by one reporter, it counts once. */
  readonly by: string
  /** Takes it back. @default false */
  readonly undo?: boolean
}

/** Which message is meant: by the reference that stands in its reply and its trace fields, or by its bytes. */
type Named =
  | { readonly ref: string; readonly message?: never }
  | { readonly message: Buffer | Readable; readonly ref?: never }

/** What a filter is taught. */
export interface TrainingExample {
  readonly label: Label
  readonly by: string
  /** What this reporter has said before is taken back. */
  readonly undo: boolean
  /** The session that carried the message. */
  readonly ref?: string
  /**
   * The message in full. Facts of it can be asked, but of its way here nothing is known: address and greeting are
   * undefined, the reverse-path is empty. It ends with the lesson.
   */
  readonly message?: Message
  readonly services: Services
}

/** A message that one of our users has sent, by whatever way. */
export interface SentMail {
  /** The reverse-path. What has none was sent by a program (RFC 3834 §3.3) and makes nobody known. */
  readonly from: string
  readonly to: readonly string[]
}
