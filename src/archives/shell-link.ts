/** The bytes of a shell link (MS-SHLLINK), a shortcut of Windows: what it starts, and what it shows instead. */

/** What a shell link says. */
export interface ShellLink {
  /** Every form in which it names its target, the most specific first. */
  readonly targets: readonly string[]
  readonly arguments: string
  /** The files that its icon is taken from. */
  readonly icons: readonly string[]
  /** The description that is shown beside it. */
  readonly description: string
  readonly directory: string
  /** Bytes behind its end. */
  readonly rest: Buffer
}

/** LinkFlags (§2.1.1), by their bits. */
const [HAS_ID_LIST, HAS_LINK_INFO, HAS_NAME, HAS_PATH, HAS_DIRECTORY, HAS_ARGUMENTS, HAS_ICON, IS_UNICODE] = [
  1, 2, 4, 8, 16, 32, 64, 128,
]
const HEADER_LENGTH = 76
const MAX_BLOCKS = 100
/** Signatures of extra data (§2.5). */
const [ENVIRONMENT_BLOCK, ICON_BLOCK, MAX_SIGNATURE] = [0xa0000001, 0xa0000007, 0xa000000c]

/** @throws RangeError where the lengths lead beyond the bytes */
export function readShellLink(bytes: Buffer): ShellLink {
  const flags = bytes.readUInt32LE(20)
  let at = HEADER_LENGTH
  const targets: string[] = []
  if (flags & HAS_ID_LIST) {
    const size = bytes.readUInt16LE(at)
    targets.push(itemPath(bytes.subarray(at + 2, at + 2 + size)))
    at += 2 + size
  }
  if (flags & HAS_LINK_INFO) {
    const size = bytes.readUInt32LE(at)
    targets.push(infoPath(bytes.subarray(at, at + size)))
    at += size
  }
  const width = flags & IS_UNICODE ? 2 : 1
  const text = (flag: number): string => {
    if (!(flags & flag)) return ''
    const start = at + 2
    at = start + bytes.readUInt16LE(at) * width
    if (at > bytes.length) throw new RangeError('a text in it is longer than the file')
    return bytes.toString(width === 2 ? 'utf16le' : 'latin1', start, at)
  }
  const [description, path, directory, words, icon] = [
    text(HAS_NAME),
    text(HAS_PATH),
    text(HAS_DIRECTORY),
    text(HAS_ARGUMENTS),
    text(HAS_ICON),
  ]
  const extra = extraData(bytes, at)
  const isGiven = (one: string): boolean => one !== ''
  return {
    targets: [...extra.targets, ...targets, path].filter(isGiven),
    arguments: words,
    icons: [icon, ...extra.icons].filter(isGiven),
    description,
    directory,
    rest: bytes.subarray(extra.end),
  }
}

/** §2.5: blocks with a size and a signature, up to one of less than four bytes. */
function extraData(bytes: Buffer, start: number) {
  const targets: string[] = []
  const icons: string[] = []
  let at = start
  for (let count = 0; count < MAX_BLOCKS && at + 4 <= bytes.length; count += 1) {
    const size = bytes.readUInt32LE(at)
    if (size < 4) return { targets, icons, end: at + 4 }
    const signature = size >= 8 && at + 8 <= bytes.length ? bytes.readUInt32LE(at + 4) : 0
    if (signature < ENVIRONMENT_BLOCK || signature > MAX_SIGNATURE || at + size > bytes.length) break
    if (signature === ENVIRONMENT_BLOCK || signature === ICON_BLOCK) {
      const found = signature === ICON_BLOCK ? icons : targets
      found.push(upToNul(bytes.toString('utf16le', at + 268, at + Math.min(size, 788))))
      found.push(upToNul(bytes.toString('latin1', at + 8, at + Math.min(size, 268))))
    }
    at += size
  }
  return { targets, icons, end: at }
}

/** §2.3: the path on a drive or in a share of the network. */
function infoPath(info: Buffer): string {
  const header = info.readUInt32LE(4)
  const flags = info.readUInt32LE(8)
  const string = (offset: number): string => (offset === 0 ? '' : zeroTerminated(info, offset, 'latin1'))
  const wide = (offset: number): string => (offset === 0 ? '' : zeroTerminated(info, offset, 'utf16le'))
  const suffix = header >= 0x24 ? wide(info.readUInt32LE(32)) : string(info.readUInt32LE(24))
  if (flags & 1) {
    const base = header >= 0x24 ? wide(info.readUInt32LE(28)) : string(info.readUInt32LE(16))
    return `${base}${suffix}`
  }
  if (!(flags & 2)) return suffix
  const network = info.readUInt32LE(20)
  const name = string(network + info.readUInt32LE(network + 8))
  return suffix === '' ? name : `${name}\\${suffix}`
}

const MAX_ITEMS = 200
/** The extension block that has the long name of a file. */
const LONG_NAME = Buffer.from('0400efbe', 'hex')

/** The names of an item list (§2.2): drives, folders and files, shares. The shell defines their bytes. */
function itemPath(list: Buffer): string {
  const names: string[] = []
  for (let at = 0, count = 0; at + 3 <= list.length && count < MAX_ITEMS; count += 1) {
    const size = list.readUInt16LE(at)
    if (size < 3) break
    const item = list.subarray(at, at + size)
    const kind = (item[2] ?? 0) & 0x70
    if (kind === 0x20) names.push(zeroTerminated(item, 3, 'latin1').replace(/\\$/, ''))
    else if (kind === 0x30) names.push(longName(item) ?? zeroTerminated(item, 14, 'latin1'))
    else if (kind === 0x40) names.push(zeroTerminated(item, 5, 'latin1'))
    at += size
  }
  return names.filter(name => name !== '').join('\\')
}

/** Where it stands depends on the version of the block. */
function longName(item: Buffer): string | undefined {
  const at = item.indexOf(LONG_NAME, 14) - 4
  if (at < 0) return undefined
  const version = item.readUInt16LE(at + 2)
  const start =
    at + 18 + (version >= 7 ? 18 : 0) + (version >= 3 ? 2 : 0) + (version >= 9 ? 4 : 0) + (version >= 8 ? 4 : 0)
  const name = zeroTerminated(item, start, 'utf16le')
  return name === '' ? undefined : name
}

function zeroTerminated(bytes: Buffer, start: number, encoding: 'latin1' | 'utf16le'): string {
  if (start >= bytes.length) return ''
  return upToNul(bytes.toString(encoding, start, start + 2048))
}

const upToNul = (text: string): string => text.split('\0', 1)[0] ?? ''
