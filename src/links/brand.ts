/** What is known about a brand, and how the tables of brands are read. */
import { plain } from './plain.ts'

/** A company, an office or a product whose name phishing uses. */
export interface Brand {
  readonly name: string
  /** The names of the brand, in plain lower-case letters. */
  readonly words: readonly string[]
  /** Names that are ordinary words: they count only alone, or beside words such as `support`. */
  readonly ordinary: ReadonlySet<string>
  /**
   * The first labels of the organisational domains it uses: `paypal` for `paypal.com` and `paypal.de`; whole domains;
   * or TLDs: `.apple`.
   */
  readonly owns: readonly string[]
  /** Domains below which its customers have names: they prove nothing about the brand. */
  readonly customers: readonly string[]
  /** Software that runs on the hosts of its users, and writes from there: `cPanel on HOST <cpanel@HOST>`. */
  readonly software: boolean
}

/** Reads the lines of a table: `Name: words | own domains | domains of customers`. */
export const readBrands = (table: string): readonly Brand[] => table.trim().split('\n').map(readBrand)

function readBrand(line: string): Brand {
  const colon = line.indexOf(': ')
  const [called = '', owned = '', hosted = ''] = line.slice(colon + 2).split(' | ')
  const written = called.split(', ')
  const words = written.map(word => plain(word.replace('~', '')))
  const name = line.slice(0, colon)
  return {
    name: name.replace('*', ''),
    words,
    ordinary: new Set(words.filter((_, index) => written[index]?.startsWith('~'))),
    owns: owned.split(' '),
    customers: hosted === '' ? [] : hosted.split(' '),
    software: name.endsWith('*'),
  }
}
