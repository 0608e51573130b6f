/** What 7-Zip prints of a container (`l -slt`) and of what it could not unpack. */
import type { Fault, PackedEntry } from './task.ts'

/** Lines such as `Path = a.exe`, entries divided by blank lines. In names 7-Zip prints `_` for control characters. */
export function readListing(lines: readonly string[]): {
  readonly type?: string
  readonly entries: readonly PackedEntry[]
} {
  // Before this line the container itself is described; with nested formats (a volume in a disk image) several times.
  const start = lines.indexOf('----------')
  const types = lines.slice(0, start < 0 ? undefined : start).filter(line => line.startsWith('Type = '))
  const type = types.at(-1)?.slice('Type = '.length)
  const entries: PackedEntry[] = []
  let fields = new Map<string, string>()
  const end = (): void => {
    if (fields.size > 0 && !isFolder(fields)) entries.push(entryOf(fields))
    fields = new Map()
  }
  for (const line of start < 0 ? [] : lines.slice(start + 1)) {
    const at = line.indexOf(' = ')
    if (line === '') end()
    else if (at > 0 && !fields.has(line.slice(0, at))) fields.set(line.slice(0, at), line.slice(at + 3))
  }
  end()
  return { entries, ...(type !== undefined && { type }) }
}

const isFolder = (fields: ReadonlyMap<string, string>): boolean =>
  fields.get('Folder') === '+' || /^D/.test(fields.get('Attributes') ?? '')

function entryOf(fields: ReadonlyMap<string, string>): PackedEntry {
  const size = fields.get('Size') ?? ''
  return {
    name: (fields.get('Path') ?? '').replaceAll('\\', '/'),
    encrypted: fields.get('Encrypted') === '+',
    ...(/^\d{1,15}$/.test(size) && { size: Number(size) }),
  }
}

/** The beginnings of 7-Zip's messages. A name may contain anything, so it is what follows the last of them. */
const FAULTS: readonly (readonly [RegExp, Fault])[] = [
  [/^ERROR: CRC Failed(?: : |$)/, 'checksum'],
  [/^ERROR: (?:CRC Failed|Data Error) in encrypted file\. Wrong password\?(?: : |$)/, 'password'],
  [/^ERROR: Wrong password(?: : |$)/, 'password'],
  [/^ERROR: Unsupported Method(?: : |$)/, 'method'],
  [/^ERROR: Unexpected end of data(?: : |$)/, 'cut'],
  [
    /^ERROR: (?:Data Error|Headers Error|Unavailable data|There are some data after .{1,40}|Is not archive)(?: : |$)/,
    'damaged',
  ],
  [/^(?:ERRORS:$|Unexpected end of archive$|Headers Error$)/, 'damaged'],
]

/** One for each entry that 7-Zip could not unpack as the container declares it. */
export function readFaults(lines: readonly string[]): readonly { readonly name: string; readonly fault: Fault }[] {
  return lines.flatMap(line => {
    const found = FAULTS.find(([beginning]) => beginning.test(line))
    return found ? [{ name: line.replace(found[0], ''), fault: found[1] }] : []
  })
}
