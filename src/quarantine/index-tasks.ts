/** The index of a quarantine as its thread knows it: names are hashed, and what is readable may be encrypted. */
import type { Label } from '../model/feedback.ts'
import type { RecipientBudget } from './budgets.ts'
import type { HeldKind, HeldRecipient, Role } from './types.ts'

/** A message as the index keeps it: names are hashed, and what is readable may be encrypted. */
export interface IndexedMessage {
  readonly id: string
  readonly time: number
  readonly expires: number
  readonly size: number
  readonly kind: HeldKind
  readonly details: Uint8Array
  /** Whether its file is kept: 1 or 0. @default 1 */
  readonly kept?: number
}

/** One recipient of it. */
export interface IndexedRecipient {
  /** The hash of the address. */
  readonly name: string
  /** The hash of its domain. */
  readonly domain: string
  readonly address: Uint8Array
  readonly budget: RecipientBudget
}

/** A recipient that was found. */
export type FoundRecipient = Pick<HeldRecipient, 'state' | 'expires'> & {
  readonly number: number
  readonly message: string
  readonly address: Uint8Array
  readonly by: string | null
  readonly role: Role | null
  readonly why: string | null
  readonly at: number | null
  /** Steps, with commas between. */
  readonly pending: string | null
  readonly trained: Label | null
  readonly allowed: Uint8Array | null
}

/** Which recipients are listed; names are hashes. */
export interface IndexQuery {
  readonly name?: string
  readonly domains?: readonly string[]
  readonly kind?: HeldKind
  /** Only those with a step to come, whatever their state. */
  readonly isPending?: boolean
  readonly state: HeldRecipient['state']
  readonly since: number
  readonly before: number
  readonly limit: number
}

/** A change of state, which happens only from one of the states `from`. */
export interface Transition {
  readonly message: string
  readonly name: string
  readonly from: readonly HeldRecipient['state'][]
  readonly to: HeldRecipient['state']
  readonly by: string
  readonly role: Role
  readonly why: string | null
  readonly at: number
  /** Steps that have to follow; null: none. @default as they were */
  readonly pending?: string | null
  /** Only where the last change was before this moment. @default any */
  readonly unchangedSince?: number
  /** Only while the file of the message is kept. @default also afterwards */
  readonly isKept?: boolean
}

/** What came of a transition. */
export interface Changed {
  readonly before: HeldRecipient['state']
  readonly isChanged: boolean
}

/** What is noted of a recipient; what is undefined stays as it is. */
export interface IndexNote {
  readonly pending?: string | null
  readonly trained?: Label | null
  readonly allowed?: Uint8Array | null
}

/** Why there is no room for a recipient. */
export interface Full {
  /** Which one; undefined: for none there is room. */
  readonly position?: number
  readonly reason: string
}

/** Which recipients have room, by their position. */
export interface Room {
  readonly free: readonly number[]
  readonly full: readonly Full[]
}

/** What the thread of an index is asked for, whatever it keeps it in. */
export type IndexTask =
  | {
      readonly kind: 'add'
      readonly message: IndexedMessage
      readonly recipients: readonly IndexedRecipient[]
      readonly all: number
    }
  | {
      readonly kind: 'room'
      readonly size: number
      readonly recipients: readonly Pick<IndexedRecipient, 'name' | 'budget'>[]
      readonly all: number
    }
  | { readonly kind: 'list'; readonly query: IndexQuery }
  | { readonly kind: 'get'; readonly id: string }
  | { readonly kind: 'change'; readonly transition: Transition }
  | { readonly kind: 'note'; readonly message: string; readonly name: string; readonly note: IndexNote }
  | { readonly kind: 'expireRecipients'; readonly now: number; readonly limit: number }
  | { readonly kind: 'expired'; readonly now: number; readonly limit: number }
  | { readonly kind: 'spent'; readonly before: number; readonly limit: number }
  | { readonly kind: 'dropFile'; readonly id: string }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'usage' }
  | { readonly kind: 'close' }
