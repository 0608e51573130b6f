/** The types for what an HTML text shows, hides and refers to. */

/** Why text is not visible to a reader. */
export type Hiding =
  /** `display: none`, `visibility: hidden`, the attribute `hidden`. */
  | 'not-displayed'
  /** A font of at most two pixels. */
  | 'tiny'
  /** The colour of the background, or transparent. */
  | 'same-colour'
  /** Clipped by a box without size, or moved out of the page. */
  | 'off-page'
  /** Elements that are not rendered: `template`, `title`, `datalist` … */
  | 'unshown-element'

/** One reference of a text. */
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
  /**
   * The visible text of the element, with that of links to the same target just before it, and with the text around it
   * where all of it is one address; cut to 256 characters.
   */
  readonly shown: string
  /** The element is in a place where text is hidden. */
  readonly hidden: boolean
}

/** What one HTML text holds. */
export interface HtmlReading {
  /** The visible text. Blocks end in a line end, and white space is collapsed. */
  readonly visible: string
  /** The number of hidden characters without blanks, by how they are hidden. */
  readonly hidden: Readonly<Record<Hiding, number>>
  /** The hidden text. */
  readonly hiddenText: string
  /** The first 5,000 references, in the order of the text. */
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
      /** Fields that ask for text, those for passwords among them. */
      | 'fields'
      /** Cells and other elements with neither text nor elements in them, as a picture is drawn with. */
      | 'emptyCells'
      | 'scripts'
      | 'frames'
      /** Attributes that run a script: `onload` … */
      | 'handlers'
      /** Elements `object`, `embed` and `applet`. Links with `data:` and `javascript:` are among the references. */
      | 'embeds'
      /** Characters written as numbers (`&#65;`) though they are plain letters or digits. */
      | 'needlessEntities'
      /** Comments between two letters of a word. */
      | 'commentsInWords'
      /** Places between two letters of a word where elements begin or end that start no line. */
      | 'elementsInWords',
      number
    >
  >
  /** The text of scripts, where code that assembles a download is found. */
  readonly script: string
  /** Not all of it was read. */
  readonly cut: boolean
}
