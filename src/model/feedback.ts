/** Feedback: what people say about messages that were judged, and the training examples that it becomes. */
import type { Readable } from 'node:stream'
import type { Services } from './services.ts'
import type { Message } from './stage.ts'

/** Whether a message was wanted. */
export type Label = 'ham' | 'spam'

/** What a person or program says about a message. */
export type Feedback = MessageReference & {
  /** What the message was. */
  readonly label: Label
  /** The reporter: `user:alice`, `trap`, `abuse-desk`. Said twice by one reporter, it counts once. */
  readonly by: string
  /** Takes back what this reporter has said before. @default false */
  readonly undo?: boolean
  /**
   * An example of elsewhere or of long ago, such as an old mailbox: it is learned, but says nothing about how much
   * honest mail of this site is judged wrongly. @default false
   */
  readonly imported?: boolean
  /**
   * Whose mail it is: what a filter keeps for this user or domain learns it too. @default the address in the name of a
   * reporter such as `user:alice@example.org`
   */
  readonly recipient?: string
}

/**
 * Names a message: by the reference in its reply and its trace fields, by its bytes, or by both. With both the bytes
 * say which message of the session it is, and the reference what the session knew of its sender.
 */
export type MessageReference =
  | { readonly ref: string; readonly message?: Buffer | Readable }
  | { readonly message: Buffer | Readable; readonly ref?: never }

/** What a filter learns from one feedback. */
export interface TrainingExample {
  /** What the message was. */
  readonly label: Label
  /** The reporter. */
  readonly by: string
  /** Takes back what this reporter has said before. */
  readonly undo: boolean
  /** It is no recent mail of this site; see {@link Feedback}. @default false */
  readonly imported?: boolean
  /** The session that carried the message. */
  readonly ref?: string
  /**
   * The whole message, where its bytes were given. Facts of it can be asked for, but nothing is known of its session:
   * address and greeting are undefined, the reverse-path is empty. It can be read until `onFeedback` settles.
   */
  readonly message?: Message
  /** The recipient whose mail it is, where that was said. */
  readonly recipient?: string
  /** What filters work with. */
  readonly services: Services
}

/** A message that one of our users has sent, through any server. */
export interface SentMail {
  /** The reverse-path. Without one a program has sent the message (RFC 3834 §3.3), and no recipient becomes known. */
  readonly from: string
  /** The forward-paths. */
  readonly to: readonly string[]
  /**
   * The Message-IDs in its field In-Reply-To: what a person answers is wanted mail, which `classify` learns. Not for
   * automatic replies. @default none
   */
  readonly inReplyTo?: readonly string[]
}
