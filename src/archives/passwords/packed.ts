/** Opens encrypted archives of 7-Zip and RAR: passwords are checked where the format allows it, and 7-Zip unpacks. */
import type { FileFormat } from '../../filetypes/signatures.ts'
import type { Inspector } from '../inspection.ts'
import { memberLister } from '../listing.ts'
import { type Opened, openEncrypted } from '../unpack/open.ts'
import { rar5Check } from './rar5.ts'
import { sevenZipCheck } from './seven-zip.ts'
import { openedBy, type PasswordCheck } from './trial.ts'

/** Microseconds of an attempt that 7-Zip makes itself; its CPU is counted by the thread. */
const UNCHECKED_WORK = 1_000

/** Tries the passwords of the message, and inspects what the right one opens. */
export async function openPacked(
  bytes: Buffer,
  format: FileFormat,
  { hiddenNames }: { readonly hiddenNames: boolean },
  to: Parameters<Inspector>[1],
): Promise<void> {
  const { passwords, notes, budget, nested } = to
  const check = checkOf(bytes, format)
  let found: Opened | undefined
  const by = await passwords.open(check?.work ?? UNCHECKED_WORK, async password => {
    if (budget.time <= 0 || (check !== undefined && !(await check.isRight(password)))) return false
    found = await openEncrypted(bytes, password, { format, budget, signal: to.signal })
    return found.kind === 'opened'
  })
  if (by === undefined && check !== undefined && found?.kind === 'not-examined')
    notes.beyond(`a password of the message is right for it: ${found.reason}`)
  if (by === undefined || found?.kind !== 'opened') return
  notes.opened(openedBy(by))
  if (hiddenNames) {
    const list = memberLister(notes, budget, { opened: true })
    for (const { name, size } of found.entries)
      if (!list({ name, ...(size !== undefined && { size }), encrypted: true })) break
  }
  if (found.beyond !== undefined) notes.beyond(found.beyond)
  for (const { name, bytes } of found.files)
    if (bytes.length > 0) await nested(name, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
}

function checkOf(bytes: Buffer, format: FileFormat): PasswordCheck | undefined {
  try {
    if (format === 'rar') return rar5Check(bytes)
    return format === '7z' ? sevenZipCheck(bytes) : undefined
  } catch {
    // A read beyond the bytes throws a RangeError: 7-Zip says what is damaged.
    return undefined
  }
}
