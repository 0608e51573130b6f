/** Lists members of a container within the budget of the message. */
import type { FileFormat } from '../filetypes/signatures.ts'
import type { ArchiveMember, Budget, Notes } from './inspection.ts'

/** Decodes a name, with `/` between folders. */
export const utf8 = (bytes: Buffer): string => bytes.toString('utf8').replaceAll('\\', '/')

/** Lists a member; false when the budget is used up. What a password has opened is not noted as encrypted. */
export const memberLister =
  (notes: Notes, budget: Budget, { opened = false } = {}) =>
  (member: ArchiveMember): boolean => {
    if (budget.entries <= 0) {
      notes.beyond('it has more entries than are listed')
      return false
    }
    budget.entries -= 1
    notes.member(member)
    if (member.encrypted && !opened) notes.trait('encrypted', 'entries of the archive need a password')
    return true
  }

/** The bytes before the first NUL. */
export const untilNul = (bytes: Buffer): Buffer => {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

/** Formats that compress one file, whose name is that of the compressed file without its last extension. */
export const STREAMS: ReadonlySet<FileFormat | undefined> = new Set(['gzip', 'bzip2', 'xz', 'zstd', 'lzma', 'compress'])

/**
 * Notes that nothing of a container was read: it is not examined. One compressed text is the exception, since a program
 * opens it as a text, whatever it contains.
 */
export function noteUnread(format: FileFormat, reason: string, { name, notes }: Named): void {
  if (isOneText(format, name)) notes.trait('unscannable', reason)
  else notes.beyond(reason)
}

export const isOneText = (format: FileFormat, name: string): boolean => STREAMS.has(format) && ONE_TEXT.test(name)

interface Named {
  readonly name: string
  readonly notes: Notes
}

const ONE_TEXT = /\.(?:txt|log|csv|json|xml|patch|diff|conf|config|dmesg)\.(?:gz|bz2|xz|zst|lzma|z)$/i

/** `order.tar.xz` is `order.tar`, and so is `order.txz`; '' for a name that does not say so. */
export function withoutCompression(name: string): string {
  const short = /^(.*)\.(?:t(?:gz|pz|xz|bz|bz2|zst|zstd|lz|az)|svgz)$/is.exec(name)
  if (short) return `${short[1] ?? ''}${/svgz$/i.test(name) ? '.svg' : '.tar'}`
  const match = /^(.+)\.(?:gz|gzip|xz|bz2|bzip2|zst|zstd|lzma|z)$/is.exec(name)
  return match?.[1] ?? ''
}
