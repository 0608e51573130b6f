/** Writes shell links (MS-SHLLINK), as Windows does and as they are bent. */

export interface LinkParts {
  /** Folders and a file, from the drive on. */
  readonly items?: readonly string[]
  /** A share and the path in it. */
  readonly network?: readonly [share: string, path: string]
  readonly description?: string
  readonly path?: string
  readonly arguments?: string
  readonly icon?: string
  readonly environment?: string
  /** Bytes behind the end. */
  readonly rest?: Buffer
}

const HEADER = Buffer.from('4c0000000114020000000000c000000000000046', 'hex')

export function shellLink(parts: LinkParts): Buffer {
  const { items, network, description, path, icon, environment, rest = Buffer.alloc(0) } = parts
  const header = Buffer.alloc(76)
  HEADER.copy(header)
  const texts = [description, path, undefined, parts.arguments, icon]
  const flags = texts.reduce((sum, text, index) => sum | (text === undefined ? 0 : 4 << index), 128)
  header.writeUInt32LE(flags | (items ? 1 : 0) | (network ? 2 : 0), 20)
  return Buffer.concat([
    header,
    ...(items ? [itemList(items)] : []),
    ...(network ? [networkInfo(...network)] : []),
    ...texts.flatMap(text => (text === undefined ? [] : [counted(text)])),
    ...(environment === undefined ? [] : [environmentBlock(environment)]),
    Buffer.alloc(4),
    rest,
  ])
}

const counted = (text: string): Buffer => {
  const size = Buffer.alloc(2)
  size.writeUInt16LE(text.length)
  return Buffer.concat([size, Buffer.from(text, 'utf16le')])
}

function itemList(names: readonly string[]): Buffer {
  const items = names.map((name, index) => (index === 0 ? drive(name) : file(name)))
  const list = Buffer.concat([...items, Buffer.alloc(2)])
  const size = Buffer.alloc(2)
  size.writeUInt16LE(list.length)
  return Buffer.concat([size, list])
}

const sized = (body: Buffer): Buffer => {
  const size = Buffer.alloc(2)
  size.writeUInt16LE(body.length + 2)
  return Buffer.concat([size, body])
}

const drive = (name: string): Buffer => sized(Buffer.from(`/${name}\\\0`, 'latin1'))

/** A short name, and the long one in an extension block of version 9. */
function file(name: string): Buffer {
  const block = Buffer.alloc(46)
  block.writeUInt16LE(9, 2)
  block.writeUInt32LE(0xbeef0004, 4)
  const short = Buffer.from(`${name.slice(0, 8)}\0`, 'latin1')
  return sized(
    Buffer.concat([Buffer.from([0x32]), Buffer.alloc(11), short, block, Buffer.from(`${name}\0`, 'utf16le')]),
  )
}

function networkInfo(share: string, path: string): Buffer {
  const network = Buffer.concat([Buffer.alloc(20), Buffer.from(`${share}\0`, 'latin1')])
  network.writeUInt32LE(network.length, 0)
  network.writeUInt32LE(20, 8)
  const suffix = Buffer.from(`${path}\0`, 'latin1')
  const info = Buffer.concat([Buffer.alloc(28), network, suffix])
  info.writeUInt32LE(info.length, 0)
  info.writeUInt32LE(28, 4)
  info.writeUInt32LE(2, 8)
  info.writeUInt32LE(28, 20)
  info.writeUInt32LE(28 + network.length, 24)
  return info
}

function environmentBlock(target: string): Buffer {
  const block = Buffer.alloc(788)
  block.writeUInt32LE(788, 0)
  block.writeUInt32LE(0xa0000001, 4)
  block.write(target, 8, 'latin1')
  block.write(target, 268, 'utf16le')
  return block
}
