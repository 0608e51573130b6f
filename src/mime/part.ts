/** The types for the parts of a message, for the ambiguities between readers, and for what was not read. */
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
  /** By the first bytes, whatever was declared: `application/zip`. Absent where they have no known signature. */
  readonly detected?: string
  /**
   * Nothing but its name can give it a format that is inspected: its first and last bytes have no signature. Only of
   * files over 64 KB, so that they need not be decoded again.
   */
  readonly noFormat?: true
  /** In lower case: `attachment`. */
  readonly disposition?: string
  /** Every name in its fields. */
  readonly names: readonly PartName[]
  /** Every name that some program may show or use: decoded in each way, with and without its tricks. */
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
  /** Where its bytes are, for `bytes` of the fact `parts`. Absent for a part that only holds others. */
  readonly place?: PartLocation
}

/** A name of a part. */
export interface PartName {
  /** The parameter, field or encoding that has the name. */
  readonly from: 'filename' | 'name' | 'content-description' | 'content-location' | 'uuencode' | 'yenc'
  /** Decoded. */
  readonly text: string
  /** What makes the name deceptive; empty for an ordinary name. */
  readonly tricks: readonly NameTrick[]
}

/** What makes a name look different from how it works. */
export type NameTrick =
  /** A NUL, where some programs end the name. */
  | 'nul'
  /** Another control character. */
  | 'control'
  /** Characters that change the direction of writing: `exe.fdp` shows as `pdf.exe`, or the reverse. */
  | 'bidi'
  /** Invisible characters. */
  | 'invisible'
  /** Dots or spaces at the end, which Windows drops. */
  | 'trailing'
  /** Many spaces, which push the real extension out of sight. */
  | 'padding'
  /** A folder before it, or a drive, or a stream (`a.txt:b.exe`). */
  | 'path'
  /** An encoded word inside quotes, which RFC 2047 §5 forbids and most programs decode. */
  | 'encoded-word'

/**
 * The steps from the bytes of the message to those of a part: cut a range, decode it, cut a range of the result, and
 * so on.
 */
export type PartLocation = readonly {
  readonly start: number
  readonly stop: number
  readonly encoding: Encoding
}[]

/** A difference between readers: they see different messages in the same bytes. */
export interface Ambiguity {
  /** What the readers disagree about. */
  readonly kind: AmbiguityKind
  /** The part that has it. */
  readonly path: string
  /** A sentence that quotes what was sent, shortened and not escaped. */
  readonly reason: string
}

/** What readers disagree about. */
export type AmbiguityKind =
  /** Two Content-Type, Content-Transfer-Encoding or Content-Disposition fields that say different things. */
  | 'repeated-field'
  /** A parameter stands twice, or in two forms, and the values differ. */
  | 'repeated-parameter'
  /** The Content-Type cannot be read by its grammar (RFC 2045 §5.1). */
  | 'odd-type'
  /** A multipart without a boundary, or with an empty one. */
  | 'no-boundary'
  /** The declared boundary does not occur. */
  | 'unused-boundary'
  /** Readers disagree about the boundary: quotes, blanks, comments, forbidden characters, more than 70 characters. */
  | 'odd-boundary'
  /** A line that begins with the boundary and goes on, or has blanks before it. */
  | 'near-boundary'
  /** A multipart inside another has the same boundary. */
  | 'shared-boundary'
  /** Parts after the delimiter that closes. */
  | 'after-close'
  /** The text before the first part holds a field, an element or a file. */
  | 'preamble'
  /** The text after the last part does. */
  | 'epilogue'
  /** The transfer encoding does not follow RFC 2045 §6.1, and some readers guess its meaning. */
  | 'odd-encoding'
  /** A multipart or message in base64 or quoted-printable (RFC 2045 §6.4 forbids it). */
  | 'encoded-composite'
  /** Base64 goes on after its padding, or holds other characters: decoders stop, skip, or go on. */
  | 'broken-base64'
  /** The names of one part differ. */
  | 'names-differ'
  /** A file inside text. */
  | 'uuencode'
  /** The same, in the encoding of Usenet. */
  | 'yenc'
  /** A line that is no field inside a header section, or a field with a blank before its colon. */
  | 'odd-header'
  /** A bare CR where it matters. */
  | 'bare-cr'
  /** One piece of a message that the mail program puts together (RFC 2046 §5.2.2). */
  | 'partial'
  /** The content is elsewhere (RFC 2046 §5.2.3). */
  | 'external-body'
  /** S/MIME in which no content can be found. */
  | 'unopened'
  /** UTF-7, which some programs read as other text than the rest. */
  | 'charset'

/** Why something was not read. */
export type PartDefect =
  | 'too-deep'
  | 'too-many-parts'
  /** Ambiguities in ambiguities: not every reading was followed. */
  | 'too-many-readings'
  | 'header-too-large'
  /** One part has more fields, parameters or names that matter, or longer ones, than are read. */
  | 'fields-cut'
  /** One text holds more embedded files than are read. */
  | 'too-many-files'
  | 'text-cut'
  /** Of an attached text the beginning was kept. It is no verdict: readers of files read it to their own bounds. */
  | 'file-text-cut'
  | 'unknown-encoding'
  | 'unknown-charset'
  /** Compressed S/MIME that holds more than is inflated, or is damaged. */
  | 'compressed-cut'
  /** S/MIME that only its recipient can read. */
  | 'encrypted'
  /** A multipart that is not closed: honest programs forget it, cut messages lack it. */
  | 'unclosed'
  /** Reading it took longer, or more memory, than a message may take. */
  | 'too-costly'
  /** No thread was free to read it; a later attempt may find one. */
  | 'busy'

/** Whether something was not read. A missing end hides nothing, and only the recipient can read what is encrypted. */
export const isBeyond = (defects: readonly PartDefect[]): boolean =>
  defects.some(defect => defect !== 'unclosed' && defect !== 'encrypted')

/** Limits of one walk over a message. */
export interface PartLimits {
  /** The depth of nested parts. @default 100 */
  readonly depth?: number
  /** The number of parts, all readings together. Twice as many where some of them are empty. @default 1000 */
  readonly parts?: number
  /** Decoded bytes of text that are kept for all parts together. @default 1048576 */
  readonly text?: number
  /** Bytes that all compressed S/MIME together may hold. @default 8388608 */
  readonly inflate?: number
}

/** The parts of a message, and what was notable about reading them. */
export interface PartList {
  /** In the order of the message; another reading of a part follows what every reader sees of it. */
  readonly parts: readonly Part[]
  /** Places where readers see different messages in the same bytes. */
  readonly ambiguities: readonly Ambiguity[]
  /** What is malformed, or was not examined. */
  readonly defects: readonly PartDefect[]
}
