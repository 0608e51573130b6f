/** The value of the fact `links`. */
import type { Reference } from '../html/reading.ts'
import type { Address } from '../links/address.ts'
import type { RedirectorKind } from '../links/redirectors.ts'

/** One link: an address, and how the message shows it. */
export interface Link extends Address {
  /** Where it was found: an attribute, the style, a meta refresh, text, an attached document, or a code to scan. */
  readonly from: Reference['from'] | 'document' | 'code'
  /** The HTML element in lower case; '' for plain text. In documents `a`, or `form` where a form sends its fields. */
  readonly element: string
  /** The text that the reader sees. */
  readonly shown: string
  /** Where that text is an address itself: its host, and that host's organisational domain. */
  readonly shows?: { readonly host: string; readonly domain?: string }
  /** It is in a place where text is hidden. */
  readonly hidden: boolean
  /** The part; see `parts`. '' for the subject too. */
  readonly path: string
  /** The host that redirects to it, where it was unwrapped from another link; `ms-word:` where that has no host. */
  readonly via?: string
  /** What that redirector is, where it is known: see {@link RedirectorKind}. */
  readonly viaKind?: RedirectorKind
  /** Its address contains another one, which is a link, too: what kind of redirector it is. */
  readonly redirects?: RedirectorKind | 'other'
}

/** The value of the fact `links`. */
export interface Links {
  /** In the order of the message. Equal links in the same part are listed once. */
  readonly all: readonly Link[]
  /** Every organisational domain and every IP address of http and https links, each once. */
  readonly domains: readonly string[]
  /** The message has more links than were read. */
  readonly cut: boolean
}
