/**
 * `archives`: the formats, members and traits of attached files, inspected within one budget and without writing to
 * disk.
 */

import type { ArchiveMember, FileTrait, Inspection } from '../archives/inspection.ts'
import type { FileFormat } from '../filetypes/signatures.ts'
import type { Part } from '../mime/part.ts'
import { type Fact, fact } from '../model/fact.ts'
import { lazyModule } from '../model/lazy.ts'
import type { Message } from '../model/stage.ts'
import { parts } from './parts.ts'
import { passwords } from './passwords.ts'

const inspection = lazyModule(() => import('../archives/inspect.ts'))
const filetypes = lazyModule(() => import('../filetypes/format.ts'))

/** One attached file of a format that is inspected. */
export interface Attachment {
  /** Of the part; see `parts`. */
  readonly path: string
  /** The displayed name; '' where it has none. */
  readonly name: string
  /** What was found in the file. */
  readonly inspection: Inspection
}

/** One file, attached or inside an attachment. */
export interface InspectedFile {
  /** From the attachment inwards: `invoice.zip`, `invoice.iso`, `invoice.lnk`. */
  readonly names: readonly string[]
  /** By the bytes of the file. */
  readonly format: FileFormat
  /** Its dangerous and deceptive properties, in the order of finding. */
  readonly traits: readonly FileTrait[]
  /** One sentence for each trait, in the same order. */
  readonly evidence: readonly string[]
  /** The members that a container lists, inspected or not. */
  readonly members: readonly ArchiveMember[]
  /** A sentence, where not all of it was read because it exceeds a bound. */
  readonly beyond?: string
  /** It was not examined because no thread was free: the same message may be examined later. */
  readonly busy?: true
}

/** The value of the fact `archives`. */
export interface Archives {
  /**
   * One entry for each attached file of a format that is inspected, in the order of the message. Equal files are
   * listed once.
   */
  readonly all: readonly Attachment[]
  /** These files and all files inside them, the outer before the inner. */
  readonly files: readonly InspectedFile[]
  /** The message has more files than are listed, or longer ones than are read. */
  readonly cut: boolean
}

/** Bytes at the beginning that decide the format: those of disk images are at 32 KB. */
const HEAD = 40_960
/** Of a larger picture, sound or video only the beginning is read: no program opens what is appended to it. */
const MAX_MEDIA_SIZE = 8_388_608
/** Bytes of one file that are inspected. */
const MAX_FILE_SIZE = 33_554_432
const MAX_FILES = 500

const NONE: Archives = { all: [], files: [], cut: false }

/**
 * Every part that is not shown as text of the message, in each reading of it.
 *
 * @example
 * const { files } = await message.ask(archives)
 * const macro = files.find(({ traits }) => traits.includes('macro'))
 */
export const archives: Fact<Message, Archives> = fact('archives', 'message', async message => {
  const { all: whole, reader } = await message.ask(parts)
  // The readers of files are loaded with the first file.
  if (!whole.some(isFile)) return NONE
  const bytes = reader()
  const { inspector } = await inspection()
  const { formatOf } = await filetypes()
  const inspect = inspector({
    signal: message.signal,
    passwords: async () => (await message.ask(passwords)).candidates,
  })
  const seen = new Set<string>()
  const all: Attachment[] = []
  let left = MAX_FILES
  let cut = false
  for (const part of whole) {
    if (!isFile(part) || seen.has(part.sha256 ?? '')) continue
    seen.add(part.sha256 ?? '')
    if (left === 0) return { all, files: flatten(all), cut: true }
    left -= 1
    const name = part.filenames[0] ?? ''
    const head = await bytes(part, HEAD)
    if (part.size > MAX_MEDIA_SIZE && formatOf(head, name) === undefined && isMedia(part)) continue
    cut ||= part.size > MAX_FILE_SIZE
    // The name of a script decides between texts: `a.txt` for one program may be `a.js` for another.
    const [called = ''] = [...part.filenames].toSorted(
      (a, b) => Number(formatOf(head, b) === 'script') - Number(formatOf(head, a) === 'script'),
    )
    if (part.noFormat && part.size <= MAX_FILE_SIZE && formatOf(head, called) === undefined) continue
    const content = part.size > head.length ? await bytes(part, MAX_FILE_SIZE) : head
    const found = await inspect(called, content)
    if (found) all.push({ path: part.path, name, inspection: found })
  }
  return { all, files: flatten(all), cut }
})

/** By its bytes and by every name it has. */
const isMedia = ({ detected = '', filenames }: Part): boolean =>
  /^(?:image|audio|video)\//.test(detected) && filenames.every(name => MEDIA_NAMES.test(name))

const MEDIA_NAMES = /\.(?:jpe?g|png|gif|bmp|tiff?|heic|webp|psd|mp[34]|m4[av]|mov|avi|mkv|webm|wav|ogg|flac)$/i

/** The part is a file in which the fact `archives` may find documents: not a mere picture, and not the shown text. */
export const mayHaveDocuments = (part: Part): boolean => isFile(part) && !isMedia(part)

/** A part with bytes that is not displayed as the text of the message. */
const isFile = ({ place, size, contentType, disposition, filenames, sha256 }: Part): boolean =>
  place !== undefined &&
  size > 0 &&
  sha256 !== undefined &&
  !(
    (contentType === 'text/plain' || contentType === 'text/html') &&
    disposition !== 'attachment' &&
    filenames.length === 0
  )

const flatten = (all: readonly Attachment[]): readonly InspectedFile[] =>
  all.flatMap(({ name, inspection }) => within([name], inspection))

function within(
  names: readonly string[],
  { format, traits, evidence, members, inside, beyond, busy }: Inspection,
): readonly InspectedFile[] {
  const inner = inside.flatMap(({ name, inspection }) => within([...names, name], inspection))
  const unread = { ...(beyond !== undefined && { beyond }), ...(busy && { busy }) }
  return [{ names, format, traits, evidence, members, ...unread }, ...inner]
}
