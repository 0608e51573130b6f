/** The format of a file that is inspected: by its bytes and, between texts, by its name. */
import { mailFormat } from './mail-start.ts'
import { type FileFormat, findSignature } from './signatures.ts'
import { smallFormat } from './small-formats.ts'
import { START_LENGTH, textStart } from './text-start.ts'

/** Undefined for an unknown format. `name` decides only between texts. */
export const formatOf = (bytes: Buffer, name = ''): FileFormat | undefined =>
  findSignature(bytes, 'format')?.format ??
  textFormat(bytes, name) ??
  (endsAsZip(bytes) ? 'zip' : isNamedArchive(bytes, name) ? 'other-archive' : undefined)

/** Programs that unpack search for an archive behind other bytes, and join the parts of one. A text is a text. */
const isNamedArchive = (bytes: Buffer, name: string): boolean =>
  ARCHIVE_NAMES.test(name) && /[\0-\x08\x0e-\x1a]/.test(bytes.toString('latin1', 0, START_LENGTH))

const ARCHIVE_NAMES =
  /\.(?:(?:7z|zip|rar|tar)(?:\.\d{3})?|zipx|[rz]\d\d|t?gz|t?bz2?|t?xz|t?zst|t?lz|lz4|lzma|lzh|lha|arj|ace|cab|cpio|wim|alz|egg|zoo|sitx?|zpaq|arc)$/i

const scripts =
  /\.(?:js|jse|mjs|vbs|vbe|wsf|wsh|wsc|ps1|psm1|bat|cmd|hta|sct|reg|url|scf|library-ms|search-ms|iqy|slk|sh|py|pl|rb|au3|ahk|applescript|jnlp|settingcontent-ms)[\s.]*$/i

function textFormat(bytes: Buffer, name: string): FileFormat | undefined {
  const head = textStart(bytes)
  const small = smallFormat(head, name)
  if (small !== undefined) return small
  const mail = scripts.test(name) ? undefined : mailFormat(head, name)
  if (mail !== undefined) return mail
  if (
    /^\s*(?:<\?xml[^>]{0,256}>\s*)?(?:<!--[\s\S]{0,512}?-->\s*)?(?:<!DOCTYPE svg\b[^>]{0,512}>\s*)?<svg\b/i.test(
      head,
    ) ||
    /\.svgz?$/i.test(name)
  )
    return 'svg'
  if (/<(?:!doctype html|html|head|body|script|hta:application|iframe|meta|form)\b/i.test(head) && !scripts.test(name))
    return 'html'
  if (scripts.test(name) || head.startsWith('#!')) return 'script'
  if (/\.(?:x?html?|shtml)[\s.]*$/i.test(name)) return 'html'
  return undefined
}

/**
 * Whether the first and the last bytes of a long file show that nothing but its name can give it a format. False where
 * they leave a doubt.
 *
 * @param tail as many bytes as readers search for the directory of an archive
 */
export const hasNoFormat = (head: Buffer, tail: Buffer): boolean =>
  tail.length >= MAX_DIRECTORY_END &&
  !tail.includes(END_OF_DIRECTORY, 0, 'latin1') &&
  // A text that begins after a page of blanks is read further than `head` goes; a byte order mark may stand first.
  /[^\t-\r ]/.test(head.toString('latin1', 3, head.length - START_LENGTH)) &&
  findSignature(Buffer.concat([head, tail]), 'format') === undefined

const LOCAL_ENTRY = Buffer.from('PK\x03\x04', 'latin1')
const END_OF_DIRECTORY = 'PK\x05\x06'
/** The end record of the directory, and the longest comment after it. */
export const MAX_DIRECTORY_END = 65_557

/** Readers search for the directory from the end, and a comment may follow it. */
export const endsAsZip = (bytes: Buffer): boolean =>
  bytes.subarray(Math.max(0, bytes.length - MAX_DIRECTORY_END)).includes(END_OF_DIRECTORY, 0, 'latin1') &&
  bytes.includes(LOCAL_ENTRY)
