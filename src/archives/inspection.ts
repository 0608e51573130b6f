/** The types for inspecting files: containers, documents and programs, without running them or writing to disk. */
import type { FileFormat } from '../filetypes/signatures.ts'
import type { PasswordTrial } from './passwords/trial.ts'

/** A dangerous or deceptive property of a file. Filters decide what it means. */
export type FileTrait =
  /** Some of it cannot be read without a password. */
  | 'encrypted'
  /** It was encrypted, and a password that the message gives opened it. What is in it was examined. */
  | 'decrypted'
  /** Two entries share bytes: a bomb, or different contents for different readers. */
  | 'overlapping'
  /** It expands beyond all bounds. */
  | 'bomb'
  /** Readers see different entries: the directory and the entries themselves disagree. */
  | 'directory-mismatch'
  /** Two entries have one name and different contents: programs differ in which of them they show. */
  | 'duplicate-name'
  /** It is valid as two formats at once. */
  | 'polyglot'
  /** Not all of it was read: it exceeds a bound, is damaged, or is compressed by an unsupported method. */
  | 'unscannable'
  /** It has macros of an office program. */
  | 'macro'
  /** Code that runs when the file is opened. */
  | 'auto-run'
  /** A macro calls programs, downloads or writes files. */
  | 'dangerous-macro'
  /** Opening it fetches a template or an object from elsewhere. */
  | 'external-template'
  /** A field that starts a program (Dynamic Data Exchange). */
  | 'dde'
  /** It has another file, which a click opens. */
  | 'embedded-object'
  /** JavaScript, VBScript or the like. */
  | 'script'
  /** It starts a program; a page goes on to another page by itself. */
  | 'launch'
  /** Files attached inside a document. */
  | 'embedded-file'
  /** A form that sends what a person types. */
  | 'form'
  /** A page that asks for a password or a card, and does not decrypt itself with it. */
  | 'credentials'
  /** A page that assembles a file, a page or code from its text. */
  | 'smuggling'
  /** Code that hides the names of what it calls, or its own text. */
  | 'obfuscated'
  /** It gives another host access to drives, cameras or the microphone of the device. */
  | 'device-access'
  /** A program of some kind. */
  | 'executable'
  /** It attacks a known vulnerability (of the Equation Editor, for example). */
  | 'exploit'

/** One file in a container. */
export interface ArchiveMember {
  /** As the container names it, decoded, with `/` between folders; of a longer one the last 255 characters. */
  readonly name: string
  /** Bytes when unpacked, as declared; absent where the format does not say. */
  readonly size?: number
  /** The content needs a password. */
  readonly encrypted?: boolean
}

/** A link of a document, an attached page, a calendar entry or a card. */
export interface DocumentLink {
  /** As written, with escapes and entities decoded; at most 2048 characters. */
  readonly url: string
  /** The text that the reader sees in its place, where the format says it cheaply; at most 256 characters. */
  readonly shown?: string
  /** `form`: what a reader types goes there. `open`: it is followed without a click. @default 'link' */
  readonly kind?: 'link' | 'form' | 'open'
}

/** A picture of a document, which may show a code to scan. */
export interface DocumentPicture {
  /** A whole file, or the pixels of `gray` (one byte) and `rgb` (three bytes), row by row from the top. */
  readonly format: 'png' | 'jpeg' | 'gif' | 'webp' | 'bmp' | 'gray' | 'rgb'
  /** A copy: what is kept does not keep the whole document. */
  readonly bytes: Buffer
  /** In pixels; absent for whole files. */
  readonly width?: number
  /** In pixels; absent for whole files. */
  readonly height?: number
}

/** The result of inspecting one file. */
export interface Inspection {
  /** What the file is by its bytes. */
  readonly format: FileFormat
  /** What is dangerous or deceptive about the file, each trait once. */
  readonly traits: readonly FileTrait[]
  /** One sentence for each trait, in the order of `traits`: what exactly was found. */
  readonly evidence: readonly string[]
  /** The files in the container, in its order. */
  readonly members: readonly ArchiveMember[]
  /** Links in a document, each once. */
  readonly links: readonly DocumentLink[]
  /** The beginning of the text that a document shows; absent where none is read. At most 64 KB. */
  readonly text?: string
  /** Pictures of a document, in its order. */
  readonly pictures?: readonly DocumentPicture[]
  /** The inspections of files inside it, with their names. */
  readonly inside: readonly { readonly name: string; readonly inspection: Inspection }[]
  /** A sentence, where it is `unscannable` because it exceeds a bound. */
  readonly beyond?: string
  /** What is beyond was not examined because no thread was free: the same message may be examined later. */
  readonly busy?: true
}

/** What the inspection of one message may still cost. Inspectors count it down. */
export interface Budget {
  /** Bytes that may still be inflated. */
  inflate: number
  /** Entries of containers that may still be listed. */
  entries: number
  /** Files that may still be inspected. */
  files: number
  /** Bytes that may still be searched. Nested files are searched again. */
  bytes: number
  /** Characters of the texts of documents that may still be kept. */
  text: number
  /** Bytes of the pictures of documents that may still be kept. */
  pictures: number
  /** Milliseconds of CPU that threads may still take for it. */
  time: number
}

export interface InspectLimits {
  /** Bytes that may be inflated for all files of a message together. @default 33_554_432 */
  readonly inflate?: number
  /** Entries that may be listed. @default 5000 */
  readonly entries?: number
  /** Files that may be inspected, nested ones included. @default 1000 */
  readonly files?: number
  /** Bytes that may be searched; those of nested files count again. @default 67_108_864 */
  readonly bytes?: number
  /** Characters of the texts of documents that are kept. @default 262_144 */
  readonly text?: number
  /** Bytes of the pictures of documents that are kept. @default 8_388_608 */
  readonly pictures?: number
  /** Milliseconds of CPU that threads may take. @default 150 */
  readonly time?: number
  /** The depth of nested containers. @default 3 */
  readonly depth?: number
}

export const budget = ({
  inflate = 33_554_432,
  entries = 5000,
  files = 1000,
  bytes = 67_108_864,
  text = 262_144,
  pictures = 8_388_608,
  time = 150,
}: InspectLimits = {}): Budget => ({ inflate, entries, files, bytes, text, pictures, time })

/** Collects what an inspector finds. */
export interface Notes {
  trait(trait: FileTrait, evidence: string): void
  /** Notes that a password opened what was encrypted: the trait `decrypted` in place of `encrypted`. */
  opened(evidence: string): void
  /** Notes that not all of it was read, because it exceeds a bound. */
  beyond(evidence: string): void
  /** Notes that not all of it was read, because no thread was free. */
  busy(evidence: string): void
  member(member: ArchiveMember): void
  link(url: string, more?: Omit<DocumentLink, 'url'>): void
  /** Adds a line to the text that the document shows. What exceeds the limit is left out. */
  text(text: string): void
  /** Adds a picture. Returns false where the limit leaves no room for it. */
  picture(picture: DocumentPicture): boolean
  inside(name: string, inspection: Inspection): void
  done(): Inspection
}

const MAX_LINKS = 1000
const MAX_NAME_LENGTH = 255
const MAX_URL_LENGTH = 2048
const MAX_SHOWN_LENGTH = 256
const MAX_TEXT_LENGTH = 65_536
const MAX_PICTURES = 16

/** @param budget what all files of the message may still cost; what is kept of this file is counted down */
export const notes = (format: FileFormat, budget: Pick<Budget, 'text' | 'pictures'>): Notes =>
  new FileNotes(format, budget)

class FileNotes implements Notes {
  readonly #format: FileFormat
  readonly #budget: Pick<Budget, 'text' | 'pictures'>
  readonly #evidence = new Map<FileTrait, string>()
  readonly #members: ArchiveMember[] = []
  readonly #links = new Map<string, DocumentLink>()
  readonly #pictures: DocumentPicture[] = []
  readonly #inside: { readonly name: string; readonly inspection: Inspection }[] = []
  #text = ''
  #beyond: string | undefined
  #busy = false

  constructor(format: FileFormat, budget: Pick<Budget, 'text' | 'pictures'>) {
    this.#format = format
    this.#budget = budget
  }

  trait(trait: FileTrait, sentence: string): void {
    if (!this.#evidence.has(trait)) this.#evidence.set(trait, sentence)
  }

  opened(sentence: string): void {
    this.#evidence.delete('encrypted')
    this.trait('decrypted', sentence)
  }

  beyond(sentence: string): void {
    this.trait('unscannable', sentence)
    // What a bound keeps from being read stays unread when there is a free thread.
    if (this.#busy) this.#beyond = undefined
    this.#busy = false
    this.#beyond ??= sentence
  }

  busy(sentence: string): void {
    this.trait('unscannable', sentence)
    if (this.#beyond !== undefined) return
    this.#beyond = sentence
    this.#busy = true
  }

  member(member: ArchiveMember): void {
    this.#members.push({ ...member, name: member.name.slice(-MAX_NAME_LENGTH) })
  }

  link(address: string, { shown, kind }: Omit<DocumentLink, 'url'> = {}): void {
    const url = address.slice(0, MAX_URL_LENGTH)
    const text = shown?.trim().slice(0, MAX_SHOWN_LENGTH) ?? ''
    const key = `${kind ?? 'link'} ${url} ${text}`
    if (this.#links.has(key)) return
    if (this.#links.size === MAX_LINKS) {
      this.beyond('it has more links than the limit')
      return
    }
    const isPlain = kind === undefined || kind === 'link'
    this.#links.set(key, { url, ...(text !== '' && { shown: text }), ...(!isPlain && { kind }) })
  }

  text(text: string): void {
    const room = Math.min(this.#budget.text, MAX_TEXT_LENGTH - this.#text.length)
    const piece = `${this.#text === '' ? '' : '\n'}${text}`.slice(0, Math.max(0, room))
    this.#text += piece
    this.#budget.text -= piece.length
  }

  picture(picture: DocumentPicture): boolean {
    if (this.#pictures.length === MAX_PICTURES || this.#budget.pictures < picture.bytes.length) return false
    this.#pictures.push(picture)
    this.#budget.pictures -= picture.bytes.length
    return true
  }

  inside(name: string, inspection: Inspection): void {
    this.#inside.push({ name: name.slice(-MAX_NAME_LENGTH), inspection })
  }

  done(): Inspection {
    return {
      format: this.#format,
      traits: [...this.#evidence.keys()],
      evidence: [...this.#evidence.values()],
      members: this.#members,
      links: [...this.#links.values()],
      ...(this.#text !== '' && { text: this.#text }),
      ...(this.#pictures.length > 0 && { pictures: this.#pictures }),
      inside: this.#inside,
      ...(this.#beyond !== undefined && { beyond: this.#beyond }),
      ...(this.#busy && { busy: true }),
    }
  }
}

/** Inspects the bytes of one format. `nested` inspects a file inside it within the same budget. */
export type Inspector = (
  bytes: Buffer,
  to: {
    /** The name of the file in the message or the container. */
    readonly name: string
    readonly notes: Notes
    readonly budget: Budget
    /** The passwords that the message gives. */
    readonly passwords: PasswordTrial
    readonly signal: AbortSignal
    readonly nested: (name: string, bytes: Buffer) => Promise<void>
    /** Whether the first bytes or the name are those of a format that is inspected. */
    readonly isKnown: (name: string, head: Buffer) => boolean
  },
) => void | Promise<void>
