/** The record of who did what: actions of people, as events of the stream. */
import type { EventBase } from './event-base.ts'

/** What a person may do, or a program in their name. */
export type ActionName =
  | 'release'
  | 'delete'
  | 'train'
  | 'allow'
  | 'deny'
  | 'list-remove'
  | 'sign-in'
  | 'sign-in-failed'
  | 'settings'
  | 'points'
  | 'erase'
  | 'export'
  | 'token'
  | 'undo'

/** A person has done something, or has tried to: the record of who did what, to whom, and why. */
export interface ActionEvent extends EventBase {
  /** The kind of the event. */
  readonly type: 'action'
  /** The reference of the session that brought the message; null where no message is concerned. */
  readonly ref: string | null
  /** What was done. */
  readonly action: ActionName
  /** Who did it: a name of the console, an address, or the user of the system. */
  readonly by: string
  /** What they may do. */
  readonly role: 'user' | 'operator' | 'admin' | 'viewer'
  /** What it was done to: the id of a held message, an address, an entry of a list, the name of a setting. */
  readonly target: string
  /** For which recipient; absent where none is concerned. */
  readonly recipient?: string
  /** Why, in their words. */
  readonly why?: string
  /** `refused`: they may not do it. `failed`: it could not be done. */
  readonly result: 'done' | 'refused' | 'failed'
  /** A sentence: what went wrong, or what was left undone. */
  readonly reason?: string
}

/** An action, before the stream stamps it. */
export type Action = Omit<ActionEvent, 'type' | 'v' | 'time' | 'node'>

/** Writes an action into the stream of events. Never throws. */
export type RecordAction = (action: Action) => void
