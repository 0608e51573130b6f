/** The streams of a Compound File (MS-CFB): old Office files, installers, Outlook messages. Every step is bounded. */

export interface OleEntry {
  /** With the enclosing storages: `Macros/VBA/ThisDocument`. */
  readonly path: string
  readonly size: number
  /** Of a storage: the program that owns the object. In hex, in the order of the bytes. */
  readonly classId: string
  /** At max `max` bytes of it. Empty for a storage. */
  read(max: number): Buffer
}

export interface OleFile {
  readonly entries: readonly OleEntry[]
  /** Some chain of sectors was invalid or circular. */
  readonly broken: boolean
  /** It has more entries than are read. */
  readonly cut: boolean
}

const MAGIC = Buffer.from('d0cf11e0a1b11ae1', 'hex')
const FREE = 0xffffff00
const MAX_ENTRIES = 10_000
const MAX_SECTORS = 400_000
const STORAGE = 1
const STREAM = 2
const ROOT = 5

const isOle = (bytes: Buffer): boolean => bytes.length >= 512 && bytes.subarray(0, 8).equals(MAGIC)

/** Undefined for other files, and where the directory cannot be read. */
export function readOle(bytes: Buffer): OleFile | undefined {
  if (!isOle(bytes)) return undefined
  const shift = bytes.readUInt16LE(30)
  const miniShift = bytes.readUInt16LE(32)
  if ((shift !== 9 && shift !== 12) || miniShift > 9 || miniShift < 4) return undefined
  const sectors = new Sectors(bytes, 1 << shift)
  const directory = sectors.stream(bytes.readUInt32LE(48), MAX_ENTRIES * 128)
  const nodes = readNodes(directory)
  const [root] = nodes
  if (root === undefined) return undefined
  const small = new SmallSectors(sectors, root, 1 << miniShift)
  const cutoff = bytes.readUInt32LE(56)
  const read = ({ type, start, size }: Node, max: number): Buffer => {
    if (type !== STREAM) return Buffer.alloc(0)
    const length = Math.min(max, size, bytes.length)
    return size < cutoff ? small.stream(start, length) : sectors.stream(start, length)
  }
  const entries = listNodes(nodes).map(
    ({ path, node }): OleEntry => ({
      path,
      size: node.size,
      classId: node.classId,
      read: max => read(node, max),
    }),
  )
  return {
    entries,
    cut: directory.length === MAX_ENTRIES * 128,
    get broken() {
      return sectors.broken
    },
  }
}

/** A chain that no allocation table continues ends here. */
const END = 0xfffffffe

/** The sectors of a file, and the chains that its allocation table makes of them. */
class Sectors {
  readonly bytes: Buffer
  /** Some chain was invalid or circular. */
  broken = false
  readonly #size: number
  /** The sectors of the allocation table. */
  readonly #tables: readonly number[]

  constructor(bytes: Buffer, size: number) {
    this.bytes = bytes
    this.#size = size
    this.#tables = this.#findTables()
  }

  /** At most `max` bytes of the stream that begins at a sector. */
  stream(first: number, max: number): Buffer {
    const numbers = this.chain(first, Math.ceil(max / this.#size), number => this.#next(number))
    return Buffer.concat(numbers.map(number => this.#sector(number))).subarray(0, max)
  }

  /** The numbers of a chain, at most `max`. */
  chain(first: number, max: number, next: (number: number) => number): readonly number[] {
    const numbers: number[] = []
    for (let number = first; number < FREE; number = next(number)) {
      if (numbers.length >= Math.min(max, MAX_SECTORS)) {
        this.broken ||= numbers.length >= MAX_SECTORS
        break
      }
      numbers.push(number)
    }
    return numbers
  }

  #sector(number: number): Buffer {
    const start = (number + 1) * this.#size
    if (number < FREE && start < this.bytes.length) return this.bytes.subarray(start, start + this.#size)
    this.broken = true
    return Buffer.alloc(0)
  }

  #next(number: number): number {
    const perSector = this.#size / 4
    const table = this.#tables[Math.floor(number / perSector)]
    const found = table === undefined ? undefined : this.#sector(table)
    const at = (number % perSector) * 4
    return found !== undefined && at + 4 <= found.length ? found.readUInt32LE(at) : END
  }

  /** 109 in the header, the others in a separate chain. */
  #findTables(): readonly number[] {
    const max = Math.ceil(this.bytes.length / this.#size)
    const found: number[] = []
    const take = (table: Buffer, count: number) => {
      for (let index = 0; index < count && found.length < max && index * 4 + 4 <= table.length; index += 1) {
        const number = table.readUInt32LE(index * 4)
        if (number < FREE) found.push(number)
      }
    }
    take(this.bytes.subarray(76, 512), 109)
    let next = this.bytes.readUInt32LE(68)
    for (let hops = 0; next < FREE && hops < max; hops += 1) {
      const table = this.#sector(next)
      if (table.length < this.#size) break
      take(table, this.#size / 4 - 1)
      next = table.readUInt32LE(this.#size - 4)
    }
    return found
  }
}

/** Small streams share the stream of the root, in small sectors with an allocation table for them alone. */
class SmallSectors {
  readonly #sectors: Sectors
  readonly #root: Node
  readonly #size: number
  #content: Buffer | undefined
  #table: Buffer | undefined

  constructor(sectors: Sectors, root: Node, size: number) {
    this.#sectors = sectors
    this.#root = root
    this.#size = size
  }

  stream(first: number, max: number): Buffer {
    const size = this.#size
    const numbers = this.#sectors.chain(first, Math.ceil(max / size), number => this.#next(number))
    const parts = numbers.map(number => this.#rootStream().subarray(number * size, (number + 1) * size))
    return Buffer.concat(parts).subarray(0, max)
  }

  #next(number: number): number {
    // Four bytes for each small sector of 16 bytes and more.
    this.#table ??= this.#sectors.stream(this.#sectors.bytes.readUInt32LE(60), this.#sectors.bytes.length >> 2)
    return number * 4 + 4 <= this.#table.length ? this.#table.readUInt32LE(number * 4) : END
  }

  #rootStream(): Buffer {
    const { start, size } = this.#root
    this.#content ??= this.#sectors.stream(start, Math.min(size, this.#sectors.bytes.length))
    return this.#content
  }
}

interface Node {
  readonly name: string
  readonly type: number
  readonly left: number
  readonly right: number
  readonly child: number
  readonly classId: string
  readonly start: number
  readonly size: number
}

function readNodes(directory: Buffer): readonly Node[] {
  const nodes: Node[] = []
  for (let at = 0; at + 128 <= directory.length; at += 128) {
    const length = Math.min(Math.max(directory.readUInt16LE(at + 64) - 2, 0), 62)
    nodes.push({
      name: directory.toString('utf16le', at, at + length),
      type: directory[at + 66] ?? 0,
      left: directory.readUInt32LE(at + 68),
      right: directory.readUInt32LE(at + 72),
      child: directory.readUInt32LE(at + 76),
      classId: directory.toString('hex', at + 80, at + 96),
      start: directory.readUInt32LE(at + 116),
      size: directory.readUInt32LE(at + 120),
    })
  }
  return nodes
}

/** Every storage and stream once, even if the tree is circular. Streams outside of any storage come last. */
function listNodes(nodes: readonly Node[]): readonly { readonly path: string; readonly node: Node }[] {
  const seen = new Set<number>()
  const found: { readonly path: string; readonly node: Node }[] = []
  const waiting = [{ number: 0, folder: '' }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { number, folder } = next
    const node = nodes[number]
    if (node === undefined || seen.has(number)) continue
    seen.add(number)
    const path = node.type === ROOT ? '' : `${folder}${node.name}`
    if (node.type === STORAGE || node.type === STREAM || node.type === ROOT) found.push({ path, node })
    waiting.push({ number: node.left, folder }, { number: node.right, folder })
    waiting.push({ number: node.child, folder: node.type === ROOT ? '' : `${path}/` })
  }
  nodes.forEach((node, number) => {
    if (!seen.has(number) && node.type === STREAM) found.push({ path: node.name, node })
  })
  return found
}
