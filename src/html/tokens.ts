/** The tokens of an HTML text, as htmlparser2 finds them. */
import { setImmediate } from 'node:timers/promises'
import { PageReader } from './page-reader.ts'

export interface HtmlHandler {
  /**
   * @param attributes by name in lower case, entities decoded. Of two with one name the first counts, as in browsers.
   */
  open(name: string, attributes: ReadonlyMap<string, string>): void
  close(name: string): void
  /** Entities are decoded; `needless` of them stand for plain letters and digits. */
  text(text: string, needless: number): void
  comment(length: number): void
}

/** Characters after which the event loop serves others: a few milliseconds of the most expensive HTML. */
const SLICE = 16_384

/** Linear, and never throws. A tag that is not closed at the end is dropped, as browsers do. */
export async function tokenize(html: string, handler: HtmlHandler): Promise<void> {
  const page = new PageReader(html, handler)
  for (let stop = SLICE; page.readTo(stop); stop = SLICE * (Math.floor(page.at / SLICE) + 1)) await setImmediate()
}
