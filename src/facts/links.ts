/** `links`: where the message leads, each address as a browser would read it beside what the reader is shown. */
import type { Reference } from '../html/reading.ts'

/** What is odd about an address. */
export type LinkOddity =
  /** An IP address in place of a name. */
  | 'ip'
  /** The address is written in octal, hexadecimal, as one number, or otherwise than with four decimals. */
  | 'odd-ip'
  /** A name or password before the `@`. */
  | 'userinfo'
  /** A port that is not the scheme's own. */
  | 'port'
  /** The host has labels in punycode, or characters that become such. */
  | 'punycode'
  /** One label of the host mixes scripts that are not written together (UTS 39 §5). */
  | 'mixed-script'
  /** The host looks like a host of plain letters: see `skeleton`. */
  | 'confusable'
  /** The address was put together from several lines, or has tabs, line ends or backslashes that browsers drop or turn. */
  | 'split'
  /** The host has percent-encoding, fullwidth characters or other dots, which browsers map away. */
  | 'encoded-host'
  /** `hxxp`, `[.]` and their like: not an address until the reader mends it. */
  | 'defanged'

export interface Link {
  /** As a browser would ask for it, cut to 4096 characters. */
  readonly url: string
  /** `https`, `mailto`, `javascript` … */
  readonly scheme: string
  /** In lower case and A-labels, without a dot at its end; '' where the scheme has none. */
  readonly host: string
  /** The organisational domain of the host; absent for addresses and public suffixes. */
  readonly domain?: string
  /** Where it is not the scheme's own. */
  readonly port?: number
  /** The host in canonical form, when it is an IP address. */
  readonly ip?: string
  /** The host as it is shown, when it has other than ASCII. */
  readonly unicode?: string
  /** The ASCII host that it looks like; absent where it looks like none but itself. */
  readonly skeleton?: string
  readonly oddities: readonly LinkOddity[]
  readonly from: Reference['from']
  readonly element: string
  /** What is seen of it. */
  readonly shown: string
  /** When what is seen reads as an address or a host itself: its host, and that host's organisational domain. */
  readonly shows?: { readonly host: string; readonly domain?: string }
  /** It stands where text is hidden. */
  readonly hidden: boolean
  /** The part; see `parts`. */
  readonly path: string
  /** This one was unwrapped from another link: the host that redirects to it. */
  readonly via?: string
}

export interface Links {
  /** In the order of the message; the same address from the same place, showing the same, stands once. */
  readonly all: readonly Link[]
  /** Every organisational domain and every IP address of http and https links, each once. */
  readonly domains: readonly string[]
  /** There are more than were read. */
  readonly cut: boolean
}
