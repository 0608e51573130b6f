/** The types for inspecting files: containers, documents and programs, without running them or writing to disk. */
import type { FileFormat } from '../filetypes/signatures.ts'

/** A dangerous or deceptive property of a file. Filters decide what it means. */
export type FileTrait =
  /** Some of it cannot be read without a password. */
  | 'encrypted'
  /** Two entries share bytes: a bomb, or different contents for different readers. */
  | 'overlapping'
  /** It expands beyond all bounds. */
  | 'bomb'
  /** Readers see different entries: the directory and the entries themselves disagree. */
  | 'directory-mismatch'
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
  /** It starts a program. */
  | 'launch'
  /** Files attached inside a document. */
  | 'embedded-file'
  /** A form that sends what a person types. */
  | 'form'
  /** HTML that assembles a file and saves it. */
  | 'smuggling'
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
  /** Links in a document. */
  readonly links: readonly string[]
  /** The inspections of files inside it, with their names. */
  readonly inside: readonly { readonly name: string; readonly inspection: Inspection }[]
  /** A sentence, where it is `unscannable` because it exceeds a bound. */
  readonly beyond?: string
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
  /** The depth of nested containers. @default 3 */
  readonly depth?: number
}

export const budget = ({
  inflate = 33_554_432,
  entries = 5000,
  files = 1000,
  bytes = 67_108_864,
}: InspectLimits = {}): Budget => ({ inflate, entries, files, bytes })

/** Collects what an inspector finds. */
export interface Notes {
  trait(trait: FileTrait, evidence: string): void
  /** Notes that not all of it was read, because it exceeds a bound. */
  beyond(evidence: string): void
  member(member: ArchiveMember): void
  link(url: string): void
  inside(name: string, inspection: Inspection): void
  done(): Inspection
}

const MAX_LINKS = 1000
const MAX_NAME_LENGTH = 255

export function notes(format: FileFormat): Notes {
  const evidence = new Map<FileTrait, string>()
  const members: ArchiveMember[] = []
  const links = new Set<string>()
  const inside: { readonly name: string; readonly inspection: Inspection }[] = []
  const trait = (trait: FileTrait, sentence: string): void => {
    if (!evidence.has(trait)) evidence.set(trait, sentence)
  }
  let bound: string | undefined
  const beyond = (sentence: string): void => {
    trait('unscannable', sentence)
    bound ??= sentence
  }
  return {
    trait,
    beyond,
    member: member => {
      members.push({ ...member, name: member.name.slice(-MAX_NAME_LENGTH) })
    },
    link: url => {
      if (links.size < MAX_LINKS) links.add(url.slice(0, 2048))
      else if (!links.has(url.slice(0, 2048))) beyond('it has more links than the limit')
    },
    inside: (name, inspection) => {
      inside.push({ name: name.slice(-MAX_NAME_LENGTH), inspection })
    },
    done: () => ({
      format,
      traits: [...evidence.keys()],
      evidence: [...evidence.values()],
      members,
      links: [...links],
      inside,
      ...(bound !== undefined && { beyond: bound }),
    }),
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
    readonly signal: AbortSignal
    readonly nested: (name: string, bytes: Buffer) => Promise<void>
    /** Whether the first bytes or the name are those of a format that is inspected. */
    readonly isKnown: (name: string, head: Buffer) => boolean
  },
) => void | Promise<void>
