/** How other programs read the author of a message: the outside readers that our strict author must agree with. */
import { createRequire } from 'node:module'
import { domainToASCII } from 'node:url'
import { MailParser } from 'mailparser'
import { addressParser } from 'postal-mime'

interface Entry {
  readonly address?: string
  readonly group?: readonly Entry[]
}

const require = createRequire(import.meta.url)
const load = (from: string, name: string) => createRequire(require.resolve(from))(name)

const postalMime: (value: string) => readonly Entry[] = value =>
  addressParser(value).map(({ address, group }) => ({
    ...(address !== undefined && { address }),
    ...(group !== undefined && { group: group.map(({ address }) => withoutComment({ address })) }),
  }))

/**
 * postal-mime's, and nodemailer's in the version that each library brings along: it reads From for mailauth and for
 * mailparser.
 */
const parsers: readonly ((value: string) => readonly Entry[])[] = [
  value => postalMime(value).map(withoutComment),
  load('mailauth', 'nodemailer/lib/addressparser'),
  load('mailparser', 'nodemailer/lib/addressparser'),
]

/**
 * postal-mime leaves comments that stand within the brackets in the address (`<(Sales) a@example.org (Cron)(c)>`),
 * where they mislead no reader: RFC 5322 §3.4.1 allows them there. A comment that holds `@`, brackets or quotes stays,
 * and is a difference. It also ends a nested comment at its first `)`, and leaves the rest of the parentheses behind
 * the domain.
 */
function withoutComment(entry: Entry): Entry {
  const { address } = entry
  return address === undefined ? entry : { ...entry, address: address.replace(ENCLOSING_COMMENTS, '') }
}

const ENCLOSING_COMMENTS = /^(?:\([^@<>"()]*\)\s*)+|(?:\s?\([^@<>"()]*\))+$|\)+$/g

/** The addresses that each parser finds in the unfolded value of a From field. */
export const addressParsers = (value: string): readonly (readonly string[])[] =>
  parsers.map(parse => flatten(parse(value)))

/** The author addresses that mailauth's verifier would align with DMARC. */
export async function mailauthAuthors(message: Buffer): Promise<readonly string[]> {
  const { DkimVerifier } = load('mailauth', './dkim/dkim-verifier.js')
  const verifier = new DkimVerifier({ resolver: async () => [] })
  await new Promise((resolve, reject) => {
    verifier.on('finish', resolve)
    verifier.on('error', reject)
    verifier.end(message)
  })
  return [...new Set<string>(verifier.headerFrom.map(canonical))]
}

/** The author addresses that mailparser shows. */
export async function mailparserAuthors(message: Buffer): Promise<readonly string[]> {
  const parser = new MailParser({
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipImageLinks: true,
    skipTextLinks: true,
  })
  const found: string[] = []
  parser.on('headers', headers => {
    const from = headers.get('from') as { readonly value?: readonly Entry[] } | undefined
    found.push(...flatten(from?.value ?? []))
  })
  parser.on('data', part => {
    if (part.type === 'attachment') {
      part.content.resume()
      part.release?.()
    }
  })
  await new Promise((resolve, reject) => {
    parser.on('end', resolve)
    parser.on('error', reject)
    parser.end(message)
  })
  return [...new Set(found)]
}

const flatten = (entries: readonly Entry[]): readonly string[] => [
  ...new Set(entries.flatMap(({ address, group }) => (group ? flatten(group) : address ? [canonical(address)] : []))),
]

/**
 * The domain in lower case and as A-labels, without a full stop at its end; the local part without quotes it does not
 * need.
 */
export function canonical(address: string): string {
  const at = address.lastIndexOf('@')
  const domain = address
    .slice(at + 1)
    .toLowerCase()
    .replace(/\.$/, '')
  return `${address.slice(0, at).replace(/^"([^"\\@<>\s]*)"$/, '$1')}@${domainToASCII(domain) || domain}`
}
