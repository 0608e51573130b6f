/** Reads what a Received field says about the client: its greeting, its address and its reverse name. */
import { isIP } from 'node:net'

export interface Hop {
  readonly helo?: string
  readonly ip?: string
  /** The reverse name; `none` where the server found none, undefined where it records none. */
  readonly name?: string
  /** The server that wrote the field. */
  readonly by: string
  readonly at?: number
  /** The recipient. */
  readonly to?: string
}

const NAME = String.raw`[^\s()[\];]+`
const IP = String.raw`\[?(?:IPv6:)?([0-9a-fA-F:.]+)\]?`
const IDENT = String.raw`(?:[^\s()@]*@)?`

/** The forms of mail servers, the most specific first: greeting, reverse name and address in `helo`, `name`, `ip`. */
const forms: readonly (readonly [RegExp, readonly ('helo' | 'name' | 'ip')[]])[] = [
  [/^from (\S+) \(\[([0-9a-fA-F.:]+)\]:\d+ +"(?:EHLO|HELO) ([^\s"]+)"/, ['name', 'ip', 'helo']],
  [new RegExp(String.raw`^from (\S+) \(HELO ([^\s)]+)\) \(${IP}\)`), ['name', 'helo', 'ip']],
  [new RegExp(String.raw`^from (\S+) \(\[?${IP}\]?(?::\d+)? helo=([^\s)]+)`), ['name', 'ip', 'helo']],
  [/^from \[([0-9a-fA-F.:]+)\] \(helo=([^\s)]+)\)/, ['ip', 'helo']],
  [new RegExp(String.raw`^from (\S+) \(${IDENT}(${NAME}) \[(?:IPv6:)?([0-9a-fA-F.:]+)\]`), ['helo', 'name', 'ip']],
  [new RegExp(String.raw`^from (\S+) \(${IDENT}\[(?:IPv6:)?([0-9a-fA-F.:]+)\]\)`), ['helo', 'ip']],
  [/^from (\S+) \(([0-9a-fA-F.:]+)\)/, ['helo', 'ip']],
  [new RegExp(String.raw`^from (${NAME}) \[([0-9.]+)\]`), ['helo', 'ip']],
]

/** @param field the value of the field, unfolded */
export function readHop(field: string): Hop | undefined {
  const text = field.replace(/\s+/g, ' ').trim()
  const by = /(?:^| )by ([^\s;()]+)/.exec(text)?.[1]?.toLowerCase()
  if (by === undefined) return undefined
  const at = Date.parse(
    text
      .slice(text.lastIndexOf(';') + 1)
      .trim()
      .replace(/\([^)]*\)\s*$/, ''),
  )
  const to = /\sfor <?([^\s<>;]+@[^\s<>;]+)>?/.exec(text)?.[1]
  const rest = { by, ...(Number.isFinite(at) && { at }), ...(to !== undefined && { to }) }
  for (const [place, [form, names]] of forms.entries()) {
    const found = form.exec(text)
    if (!found) continue
    const of = (what: 'helo' | 'name' | 'ip') => found[names.indexOf(what) + 1]
    const ip = of('ip')
    if (ip === undefined || isIP(ip) === 0) continue
    // Microsoft's servers write the greeting and the address alone; others add the name where there is one.
    const recordsNames = place < 6 && !by.endsWith('.outlook.com')
    const name = nameOf(of('name'))
    const helo = (of('helo') ?? name ?? `[${ip}]`).replace(/[.,]$/, '')
    return { ...rest, ip, helo, ...(recordsNames && { name: name ?? 'none' }) }
  }
  return rest
}

function nameOf(text: string | undefined): string | undefined {
  const name = text?.replace(/\.$/, '').toLowerCase()
  return name === undefined || name === 'unknown' || name.startsWith('[') || !name.includes('.') ? undefined : name
}

/** Addresses of private networks, of this machine and of documentation. */
export const isLocal = (ip: string): boolean =>
  /^(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cde])/i.test(
    ip,
  )
