/** `postern/quarantine`: messages that are held until a person releases or deletes them. */
export type { Authentication, FindingEntry } from '../model/events.ts'
export type { AllowLists } from './allow-sender.ts'
export type { FolderQuarantineOptions } from './folder/options.ts'
export { folderQuarantine } from './folder/quarantine.ts'
export type { HeldQuarantineOptions } from './held-quarantine.ts'
export { type PostgresQuarantineOptions, postgresQuarantine } from './postgres/quarantine.ts'
export { provenSender, type SenderEvidence } from './proven-sender.ts'
export {
  newReleaser,
  type Releaser,
  type ReleaserAction,
  type ReleaserOptions,
  type ReleaserResult,
} from './releaser.ts'
export { kindOf, mayRelease } from './roles.ts'
export type {
  AllowedSender,
  HeldAction,
  HeldActionResult,
  HeldBudget,
  HeldBudgets,
  HeldEntry,
  HeldKind,
  HeldMessage,
  HeldNote,
  HeldPage,
  HeldQuery,
  HeldRecipient,
  HeldStep,
  HeldUsage,
  HoldResult,
  NewHeldMessage,
  Quarantine,
  Redeliver,
  Role,
} from './types.ts'
