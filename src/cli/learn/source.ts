/** Where `postern learn` reads mail, and which of it is wanted. */
import type { Label } from '../../model/feedback.ts'

/** A message of a source. */
export interface SourceMessage {
  readonly bytes: Buffer
  /** Where reading goes on after this message. */
  readonly position: string
  /** How much of the source's `size` it is. */
  readonly size: number
}

/** Mail of one kind, in an order that stays the same. */
export interface Source {
  /** Names it, also between two runs. */
  readonly name: string
  readonly label: Label
  /** How much there is: bytes of files, or messages of a folder. */
  readonly size: number
  /** @param after the position of the last message that was learned; undefined: from the beginning */
  messages(after: string | undefined): AsyncGenerator<SourceMessage>
}

/** Folders whose mail is unwanted, as mail programs name them. */
const UNWANTED =
  /^(?:junk|spam|bulk|junk[ -]?e?-?mail|bulk[ -]mail|unsolicited|indésirables?|courrier indésirable|pourriel|spamverdacht)$/i
/** Folders with mail that was not sent to us, or that says nothing about what is wanted. */
const NEITHER =
  /^(?:sent|sent[ -](?:items|mail|messages)|drafts?|outbox|templates|trash|deleted|deleted[ -](?:items|messages)|all mail|notes|gesendet|entwürfe|papierkorb|gelöscht|envoyés|brouillons|corbeille)$/i

/**
 * What a folder holds, by its name or that of a folder around it; undefined where that cannot be known.
 *
 * @param path its names, the outermost first
 * @param unwanted further names of folders with unwanted mail
 */
export function labelOf(path: readonly string[], unwanted: ReadonlySet<string> = new Set()): Label | undefined {
  if (path.some(name => unwanted.has(name.toLowerCase()))) return 'spam'
  if (path.some(name => NEITHER.test(name))) return undefined
  return path.some(name => UNWANTED.test(name)) ? 'spam' : 'ham'
}
