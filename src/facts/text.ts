/** `text`: what a reader of the message sees, and, kept apart, what is there and not seen. */
import type { HtmlReading } from '../html/reading.ts'

/** One part that is text. */
export interface TextSection {
  /** Of the part; see `parts`. */
  readonly path: string
  readonly kind: 'plain' | 'html'
  /** It is shown with the message; false for a text that is attached. */
  readonly inline: boolean
  /** What is seen of it; format=flowed lines are joined (RFC 3676). */
  readonly visible: string
  /** Of HTML only. */
  readonly html?: HtmlReading
}

export interface Text {
  /** What is seen of the sections that are shown with the message, in order. */
  readonly visible: string
  /** What is there and not seen. */
  readonly hidden: string
  readonly sections: readonly TextSection[]
  /** Characters in the visible text that show as nothing or change the direction; honest text has few. */
  readonly counts: {
    /** Zero-width and other characters without a shape, soft hyphens included; joiners inside emoji and scripts that need them are not counted. */
    readonly invisible: number
    /** Characters that turn the direction of writing (U+202A to U+202E, U+2066 to U+2069). */
    readonly bidi: number
    /** Letters that look Latin and are not, inside words that have Latin letters. */
    readonly confusable: number
  }
  /** Not all text was read. */
  readonly cut: boolean
}
