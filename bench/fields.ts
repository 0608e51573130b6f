/** The header section of a collected message as a list of fields, so that fields can be taken away or written anew. */

export interface Field {
  /** In lower case. */
  readonly name: string
  /** Unfolded. */
  readonly value: string
  /** As it stands in the message, with its last CRLF. */
  readonly raw: string
}

/**
 * Mends what collections did to header sections: lines whose fold lost its white space, and the empty line that is
 * missing before the first part.
 */
export function mended(text: string): string {
  const end = text.indexOf('\r\n\r\n')
  const lines = (end < 0 ? text : text.slice(0, end)).split('\r\n')
  const last = lines.findIndex(line => line.startsWith('--'))
  const head = (last < 0 ? lines : lines.slice(0, last)).map((line, place) =>
    place === 0 || /^(?:[ \t]|[\x21-\x39\x3b-\x7e]+:)/.test(line) ? line : `\t${line}`,
  )
  const rest = last < 0 ? '' : `\r\n\r\n${lines.slice(last).join('\r\n')}`
  return head.join('\r\n') + rest + (end < 0 ? '' : text.slice(end))
}

/** @param text a message with CRLF, one character for each byte */
export function fieldsOf(text: string): { readonly fields: readonly Field[]; readonly body: string } {
  const end = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n')
  const head = end < 0 ? text : text.slice(0, end + (end === 0 ? 0 : 2))
  const body = end < 0 ? '' : text.slice(end + (end === 0 ? 2 : 4))
  const fields: Field[] = []
  for (const raw of head.split(/(?<=\r\n)(?![ \t])/)) {
    const colon = raw.indexOf(':')
    // Collections keep the first line of the mailbox on top, which no client sends.
    if (raw === '' || (fields.length === 0 && /^>?From /.test(raw))) continue
    const name = colon < 0 ? '' : raw.slice(0, colon).trim().toLowerCase()
    fields.push({
      name,
      value: raw
        .slice(colon + 1)
        .replace(/\r\n(?=[ \t])/g, '')
        .trim(),
      raw,
    })
  }
  return { fields, body }
}

export const textOf = (fields: readonly Field[]): string => fields.map(({ raw }) => raw).join('')

/** A field written anew, keeping the spelling of its name. */
export function rewritten(field: Field, value: string): Field {
  const name = field.raw.slice(0, Math.max(0, field.raw.indexOf(':'))) || field.name
  return { name: field.name, value, raw: `${name}: ${value}\r\n` }
}

/** The first address of a value, in the lower case of its domain. */
export function addressIn(value: string | undefined): string | undefined {
  const found = /<([^<>\s]*@[^<>\s]+)>/.exec(value ?? '')?.[1] ?? /[^\s<>"(),;:]+@[^\s<>"(),;:]+/.exec(value ?? '')?.[0]
  return found === undefined || found.length > 200 ? undefined : found
}

export const domainIn = (address: string | undefined): string | undefined =>
  address === undefined ? undefined : /@([^@]+)$/.exec(address)?.[1]?.toLowerCase()
