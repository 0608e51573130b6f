/** The words for what files hold: containers, documents and programs, looked into without running or unpacking to disk. */
import type { Format } from '../filetypes/signatures.ts'

/** What is dangerous or dishonest about a file. Each is a fact; whether it matters is for a filter to say. */
export type Trait =
  /** Some of it cannot be read without a password. */
  | 'encrypted'
  /** Two entries share bytes: a bomb, or two readers are meant to see two things. */
  | 'overlapping'
  /** It would swell beyond all measure. */
  | 'bomb'
  /** Readers see different entries: the directory and the entries themselves disagree. */
  | 'lying-directory'
  /** It is valid as two formats at once. */
  | 'polyglot'
  /** Beyond a bound, damaged, or packed in a way that is not unpacked: not all of it was seen. */
  | 'unscannable'
  /** Code of the office program in it. */
  | 'macro'
  /** Code that runs by itself when the file is opened. */
  | 'auto-run'
  /** A macro calls programs, downloads or writes files. */
  | 'dangerous-macro'
  /** Opening it fetches a template or an object from elsewhere. */
  | 'external-template'
  /** A field that starts a program (Dynamic Data Exchange). */
  | 'dde'
  /** Another file in it, which a click starts. */
  | 'embedded-object'
  /** JavaScript, VBScript or the like. */
  | 'script'
  /** It asks for a program to be started. */
  | 'launch'
  /** Files attached inside a document. */
  | 'embedded-file'
  /** A form that sends what is typed to somebody. */
  | 'form'
  /** HTML that assembles a file and saves it. */
  | 'smuggling'
  /** A program of some kind. */
  | 'executable'
  /** A known hole of a program is aimed at (Equation Editor and its like). */
  | 'exploit'

/** One file in a container. */
export interface Member {
  /** As the container names it, decoded, with `/` between folders; of a longer one the last 255 characters. */
  readonly name: string
  /** Bytes when unpacked, as declared; absent where the format does not say. */
  readonly size?: number
  readonly encrypted?: boolean
}

/** What was seen of one file. */
export interface Inspection {
  readonly format: Format
  readonly traits: readonly Trait[]
  /** One sentence for each trait that was found, in the order of finding: what exactly was seen. */
  readonly evidence: readonly string[]
  readonly members: readonly Member[]
  /** Links that a document carries. */
  readonly links: readonly string[]
  /** What was seen of the files in it that were looked into, with their names. */
  readonly inside: readonly { readonly name: string; readonly inspection: Inspection }[]
  /** A sentence, where it is `unscannable` because it goes beyond a bound. */
  readonly beyond?: string
}

/** What one message may cost, counted down by whoever spends it. */
export interface Budget {
  /** Bytes that may still be inflated. */
  inflate: number
  /** Entries of containers that may still be listed. */
  entries: number
  /** Files that may still be looked into. */
  files: number
  /** Bytes that may still be searched: what lies in a file is searched again. */
  bytes: number
}

export interface InspectLimits {
  /** Bytes that are inflated at most, all files of a message together. @default 33_554_432 */
  readonly inflate?: number
  /** Entries that are listed at most. @default 5000 */
  readonly entries?: number
  /** Files that are looked into at most, nested ones included. @default 1000 */
  readonly files?: number
  /** Bytes that are searched at most, those of nested files again. @default 67_108_864 */
  readonly bytes?: number
  /** Containers in containers. @default 3 */
  readonly depth?: number
}

export const budget = ({
  inflate = 33_554_432,
  entries = 5000,
  files = 1000,
  bytes = 67_108_864,
}: InspectLimits = {}): Budget => ({ inflate, entries, files, bytes })

/** Gathers what an inspector sees. */
export interface Notes {
  trait(trait: Trait, evidence: string): void
  /** Not all of it was seen, because it goes beyond a bound. */
  beyond(evidence: string): void
  member(member: Member): void
  link(url: string): void
  inside(name: string, inspection: Inspection): void
  done(): Inspection
}

const MAX_LINKS = 1000
const MAX_NAME_LENGTH = 255

export function notes(format: Format): Notes {
  const evidence = new Map<Trait, string>()
  const members: Member[] = []
  const links = new Set<string>()
  const inside: { readonly name: string; readonly inspection: Inspection }[] = []
  const trait = (trait: Trait, sentence: string): void => {
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
      else if (!links.has(url.slice(0, 2048))) beyond('it has more links than are read')
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

/** Looks into the bytes of one format. `nested` looks into a file found inside, within the same budget. */
export type Inspector = (
  bytes: Buffer,
  to: {
    /** As whatever holds the file calls it. */
    readonly name: string
    readonly notes: Notes
    readonly budget: Budget
    readonly signal: AbortSignal
    readonly nested: (name: string, bytes: Buffer) => Promise<void>
    /** Is it of a format that would be looked into, as its first bytes tell? */
    readonly isKnown: (name: string, head: Buffer) => boolean
  },
) => void | Promise<void>
