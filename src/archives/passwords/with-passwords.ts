/** Adds the passwords of the message to an inspector of containers. */
import type { FileFormat } from '../../filetypes/signatures.ts'
import { lazyModule } from '../../model/lazy.ts'
import type { Inspector } from '../inspection.ts'

const packed = lazyModule(() => import('./packed.ts'))

/** The inspector; where it finds an encrypted container, the passwords of the message are tried. */
export const withPasswords =
  (format: FileFormat, inspector: Inspector): Inspector =>
  async (bytes, to) => {
    await inspector(bytes, to)
    const { traits, members } = to.notes.done()
    if (!traits.includes('encrypted')) return
    const { openPacked } = await packed()
    await openPacked(bytes, format, { hiddenNames: members.length === 0 }, to)
  }
