/** `postern/quarantine`: messages that are held until a person releases or deletes them. */
export type { FindingEntry } from '../model/events.ts'
export type { FolderQuarantineOptions } from './folder/options.ts'
export { folderQuarantine } from './folder/quarantine.ts'
export { kindOf, mayRelease } from './roles.ts'
export type {
  AllowedSender,
  Authentication,
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
