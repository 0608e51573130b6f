/** Reads the tokens of an HTML text in slices, so that the event loop is never blocked. */
import { setImmediate } from 'node:timers/promises'
import { htmlparser } from './entities.ts'
import type { HtmlHandler, PageOptions } from './handler.ts'
import { PageReader } from './page-reader.ts'

/** Characters after which the event loop serves others: a few milliseconds of the most expensive HTML. */
const SLICE = 16_384

/** Linear, and never throws. A tag that is not closed at the end is dropped, as browsers do. */
export async function tokenize(html: string, handler: HtmlHandler, options?: PageOptions): Promise<void> {
  const { Tokenizer } = await htmlparser()
  const page = new PageReader(html, handler, Tokenizer, options)
  for (let stop = SLICE; page.readTo(stop); stop = SLICE * (Math.floor(page.at / SLICE) + 1)) await setImmediate()
}
