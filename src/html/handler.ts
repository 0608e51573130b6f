/** What a reader of a page does with its tokens. */
export interface HtmlHandler {
  /**
   * @param attributes by name in lower case, entities decoded. Of two with one name the first counts, as in browsers.
   */
  open(name: string, attributes: ReadonlyMap<string, string>): void
  close(name: string): void
  /** Entities are decoded; `needless` of them stand for plain letters and digits. */
  text(text: string, needless: number): void
  comment(length: number): void
  /** The text of a CDATA section, after its length was given to `comment`: pages ignore it, XML shows it. */
  cdata?(text: string): void
}

/** How a page is read. */
export interface PageOptions {
  /**
   * `xml`: no element's text is raw, and an element may end in its own tag (`<script/>`).
   * @default 'html'
   */
  readonly syntax?: 'html' | 'xml'
  /** Characters of one attribute. @default 8192 */
  readonly maxValue?: number
}
