/** The words for the parts of a message: what each is, where readers differ about them, and where looking stopped. */
import type { Encoding } from './decode/encoding.ts'

/** One part, the message itself included. */
export interface Part {
  /**
   * `1.2` is the second part of the first; `` is the message itself. A part that only some readers see has a letter:
   * `1a` is another reading of 1, `1a.1` the first part in it.
   */
  readonly path: string
  /** Why only some readers see this part, or see it so; absent where all of them do. */
  readonly reading?: AmbiguityKind
  /** As declared, in lower case: `text/plain`. */
  readonly contentType: string
  /** As the first bytes tell, whatever was declared: `application/zip`; absent where they tell nothing. */
  readonly detected?: string
  /** In lower case: `attachment`. */
  readonly disposition?: string
  /** Every name that is given, and how. */
  readonly names: readonly PartName[]
  /** Every name that some program may show or use: decoded in each way, and with its tricks undone. */
  readonly filenames: readonly string[]
  /** Of Content-ID, without its angle brackets: how HTML names an image in the message. */
  readonly contentId?: string
  /** In lower case, as declared. */
  readonly charset?: string
  /** Lines of the text are to be joined (format=flowed, RFC 3676); with `delSp` without the blank at their ends. */
  readonly flowed?: { readonly delSp: boolean }
  /** The transfer encoding in lower case; '' when none is named. */
  readonly encoding: string
  /** Decoded bytes; 0 for a part that only holds others. */
  readonly size: number
  /** Of the decoded bytes, in hex; absent for a part that only holds others. */
  readonly sha256?: string
  /** The decoded text of what is text by declaration or by content, as far as the limit for all of them goes. */
  readonly text?: string
  /** Where its bytes are: for `bytes` of the fact. Absent for a part that only holds others. */
  readonly place?: Place
}

/** A name of a part, as it was sent and as it is read. */
export interface PartName {
  /** Where it stood: `filename`, `name`, `uuencode` … */
  readonly from: 'filename' | 'name' | 'content-description' | 'content-location' | 'uuencode' | 'yenc'
  /** Decoded. */
  readonly text: string
  readonly tricks: readonly NameTrick[]
}

/** What makes a name look other than it works. */
export type NameTrick =
  /** A NUL, where some programs cut. */
  | 'nul'
  /** Another control character. */
  | 'control'
  /** Characters that turn the direction of writing: `exe.fdp` shows as `pdf.exe`, or the other way round. */
  | 'bidi'
  /** Characters that show as nothing. */
  | 'invisible'
  /** Dots or spaces at the end, which Windows drops. */
  | 'trailing'
  /** Many spaces, which push the true ending out of sight. */
  | 'padding'
  /** A folder before it, or a drive, or a stream (`a.txt:b.exe`). */
  | 'path'
  /** An encoded word inside quotes, which RFC 2047 §5 forbids and most programs decode. */
  | 'encoded-word'

/** From the bytes of the message to those of a part: cut out, decode, cut out of that, and so on. */
export type Place = readonly {
  readonly start: number
  readonly stop: number
  readonly encoding: Encoding
}[]

/** Where readers see different messages in the same bytes. */
export interface Ambiguity {
  readonly kind: AmbiguityKind
  /** Of the part where it was seen. */
  readonly path: string
  /** A sentence, with what was sent in it: cut, but not escaped. */
  readonly reason: string
}

export type AmbiguityKind =
  /** Two Content-Type, Content-Transfer-Encoding or Content-Disposition fields that say different things. */
  | 'repeated-field'
  /** A parameter stands twice, or in two forms, and the values differ. */
  | 'repeated-parameter'
  /** The Content-Type cannot be read by its grammar (RFC 2045 §5.1). */
  | 'odd-type'
  /** A multipart without a boundary, or with an empty one. */
  | 'no-boundary'
  /** The boundary that is named never comes. */
  | 'unused-boundary'
  /** A boundary whose value readers take differently: quotes, blanks, comments, forbidden characters, more than 70. */
  | 'odd-boundary'
  /** A line that begins with the boundary and goes on, or has blanks before it. */
  | 'near-boundary'
  /** A multipart inside another has the same boundary. */
  | 'shared-boundary'
  /** Parts after the delimiter that closes. */
  | 'after-close'
  /** What stands before the first part holds more than a word of explanation. */
  | 'preamble'
  /** The same after the last part. */
  | 'epilogue'
  /** The transfer encoding is not written as RFC 2045 §6.1 has it, but some know what is meant. */
  | 'odd-encoding'
  /** A multipart or message in base64 or quoted-printable (RFC 2045 §6.4 forbids it). */
  | 'encoded-composite'
  /** Base64 goes on after its padding, or holds what is no base64: decoders stop, skip, or go on. */
  | 'broken-base64'
  /** The names of one part differ. */
  | 'names-differ'
  /** A file inside text. */
  | 'uuencode'
  /** The same, in the encoding of Usenet. */
  | 'yenc'
  /** A line that is no field inside a header section, or a field with a blank before its colon. */
  | 'odd-header'
  /** A CR that ends no line, where it matters. */
  | 'bare-cr'
  /** One piece of a message that the reader's program puts together (RFC 2046 §5.2.2). */
  | 'partial'
  /** The content is elsewhere (RFC 2046 §5.2.3). */
  | 'external-body'
  /** S/MIME in which no content can be found. */
  | 'unopened'
  /** UTF-7, which some programs read as other text than the rest. */
  | 'charset'

/** Where looking stopped, or could not begin. */
export type PartDefect =
  | 'too-deep'
  | 'too-many-parts'
  /** Ambiguities in ambiguities: not every reading was followed. */
  | 'too-many-readings'
  | 'header-too-large'
  /** One part has more fields, parameters or names that matter, or longer ones, than are read. */
  | 'fields-cut'
  /** More files stand inside one text than are looked at. */
  | 'too-many-files'
  | 'text-cut'
  | 'unknown-encoding'
  | 'unknown-charset'
  /** S/MIME that only its recipient can read, or that is compressed. */
  | 'encrypted'
  /** A multipart that is not closed: honest programs forget it, cut messages lack it. */
  | 'unclosed'
  /** Reading it took longer, or more memory, than a message may take. */
  | 'too-costly'
  /** No thread was free to read it: another try will find one. */
  | 'busy'

/** Something was not read. An end that is missing hides nothing, and what is encrypted is open to its reader alone. */
export const isBeyond = (defects: readonly PartDefect[]): boolean =>
  defects.some(defect => defect !== 'unclosed' && defect !== 'encrypted')

export interface PartLimits {
  /** How deep parts may lie in parts. @default 100 */
  readonly depth?: number
  /** How many parts there may be, all readings together. Twice as many where some of them hold nothing. @default 1000 */
  readonly parts?: number
  /** Decoded bytes of text that are kept, all parts together. @default 1048576 */
  readonly text?: number
}

export interface PartList {
  /** In the order of the message; another reading of a part follows what every reader sees of it. */
  readonly parts: readonly Part[]
  readonly ambiguities: readonly Ambiguity[]
  readonly defects: readonly PartDefect[]
}
