/** The options of a quarantine in a folder. */
import { text } from '../../model/checks.ts'
import { required, schemaOf } from '../../model/options.ts'
import { heldQuarantineShape } from '../held-options.ts'
import type { HeldQuarantineOptions } from '../held-quarantine.ts'

/** What `folderQuarantine` takes. */
export interface FolderQuarantineOptions extends HeldQuarantineOptions {
  /** The folder, on a disk of this machine. It is made where there is none, for its owner alone. */
  readonly folder: string
}

export const folderQuarantineSchema = schemaOf<FolderQuarantineOptions>('folderQuarantine', {
  folder: required(text('the path of a folder')),
  ...heldQuarantineShape,
})
