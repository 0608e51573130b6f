/** Extracts what the classifier examines of a message. */
import type { ExtractedText } from '../../classify/features.ts'
import { links } from '../../facts/links.ts'
import { text } from '../../facts/text.ts'
import type { Message } from '../../model/stage.ts'
import { bodyHead } from './body-head.ts'

/** Uses facts that other filters ask for too; reads only the first bytes of the body itself. */
export async function extract(message: Message): Promise<ExtractedText> {
  const [{ visible }, { all }, head] = await Promise.all([message.ask(text), message.ask(links), message.ask(bodyHead)])
  return { header: message.header, text: visible, urls: all.map(({ url }) => url), head }
}
