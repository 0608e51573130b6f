/** The words for what an HTML text shows, hides and refers to. */

/** Why a reader does not see text that is there. */
export type Hiding =
  /** `display: none`, `visibility: hidden`, the attribute `hidden`. */
  | 'not-displayed'
  /** A font of at most two pixels. */
  | 'tiny'
  /** The colour of what is behind it, or transparent. */
  | 'same-colour'
  /** Cut off by a box of no size, or moved out of the page. */
  | 'off-page'
  /** Elements that show nothing: `noscript`, `template`, `title` … */
  | 'unshown-element'

/** A reference as it stands in the text. */
export interface Reference {
  /** Where it stands: an attribute, the style, a meta refresh, or the text itself. */
  readonly from:
    | 'text'
    | 'href'
    | 'src'
    | 'action'
    | 'background'
    | 'style'
    | 'refresh'
    | 'base'
    | 'data'
    | 'srcset'
    | 'other'
  /** The element, in lower case; '' in plain text. */
  readonly element: string
  /** Entities decoded, cut to 4096 characters. */
  readonly target: string
  /** What a reader sees of it: the text inside the element, cut to 256 characters. */
  readonly shown: string
  /** The element stands where text is hidden. */
  readonly hidden: boolean
}

/** What one HTML text holds. */
export interface HtmlReading {
  /** What a reader sees; blocks end in a line end, white space is collapsed. */
  readonly visible: string
  /** What is there and not seen, by how it is hidden; characters without blanks. */
  readonly hidden: Readonly<Record<Hiding, number>>
  /** The text that is not seen. */
  readonly hiddenText: string
  readonly references: readonly Reference[]
  /** How many of each there are. */
  readonly counts: Readonly<
    Record<
      | 'elements'
      | 'comments'
      /** Characters inside comments. */
      | 'commentText'
      | 'images'
      /** Images of at most one pixel, or of none. */
      | 'trackers'
      | 'forms'
      /** Fields that ask for a password. */
      | 'passwords'
      | 'scripts'
      | 'frames'
      /** Attributes that run a script: `onload` … */
      | 'handlers'
      /** Links of a `data:` or `javascript:` kind are in the references. */
      | 'embeds'
      /** Characters written as numbers (`&#65;`) though they are plain letters or digits. */
      | 'needlessEntities',
      number
    >
  >
  /** The text of scripts: what assembles a download is found there. */
  readonly script: string
  /** Not all of it was read. */
  readonly cut: boolean
}
