/** `documents`: the links, texts and pictures of attached documents, pages, calendars and cards, at any depth. */

import type { DocumentLink, DocumentPicture, Inspection } from '../archives/inspection.ts'
import { type Fact, fact } from '../model/fact.ts'
import type { Message } from '../model/stage.ts'
import { archives, mayHaveDocuments } from './archives.ts'
import { parts } from './parts.ts'

/** What one document contains. */
export interface DocumentContent {
  /** The part that has the document; see `parts`. */
  readonly path: string
  /** From the attachment inwards: `offer.zip`, `offer.pdf`. */
  readonly names: readonly string[]
  /** Each once. */
  readonly links: readonly DocumentLink[]
  /** The beginning of the text that it shows; '' where none is read. */
  readonly text: string
  /** In the order of the document. */
  readonly pictures: readonly DocumentPicture[]
}

/** Documents with a link, a text or a picture, in the order of the message. Costs nothing where no file is attached. */
export const documents: Fact<Message, readonly DocumentContent[]> = fact('documents', 'message', async message => {
  const { all: whole } = await message.ask(parts)
  if (!whole.some(mayHaveDocuments)) return []
  const { all } = await message.ask(archives)
  return all.flatMap(({ path, name, inspection }) => [...contents(path, [name], inspection)])
})

function* contents(path: string, names: readonly string[], inspection: Inspection): Generator<DocumentContent> {
  const { links, text = '', pictures = [], inside } = inspection
  if (links.length > 0 || text !== '' || pictures.length > 0) yield { path, names, links, text, pictures }
  for (const { name, inspection } of inside) yield* contents(path, [...names, name], inspection)
}
