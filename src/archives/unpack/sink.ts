/** The file system of one instance of 7-Zip: the container to read, and what is unpacked, which is counted. */
import type { EmscriptenFs, FsNode, FsStream } from './emscripten.ts'

/** Thrown through 7-Zip when a bound is met; the instance is not used again. */
export class BoundMet extends Error {
  readonly bound: 'entries' | 'files' | 'bytes' | 'time'

  constructor(bound: 'entries' | 'files' | 'bytes' | 'time') {
    super(`the bound of ${bound} is met`)
    this.bound = bound
  }
}

export interface SinkLimits {
  readonly files: number
  readonly bytes: number
  /** Throws `BoundMet` when the time is used up; called with every read and write. */
  readonly checkTime: () => void
}

/** A file that is being written. */
interface Output {
  /** Below the folder of the output. */
  readonly name: string
  bytes: Uint8Array<ArrayBuffer>
  length: number
}

/** Where 7-Zip finds the container and puts the files: `/sink/in` and `/sink/out`. */
export const [INPUT, OUTPUT] = ['/sink/in', '/sink/out']

const [DIRECTORY, FILE] = [0o40777, 0o100666]
/** Emscripten's numbers: not permitted, no such file, a false argument. */
const [EPERM, ENOENT, EINVAL] = [63, 44, 28]
/** Folders and files, the empty ones included. */
const MAX_NODES = 20_000

export class Sink {
  readonly #fs: EmscriptenFs
  readonly #input: Uint8Array
  readonly #limits: SinkLimits
  readonly #children = new Map<FsNode, Map<string, FsNode>>()
  readonly #paths = new Map<FsNode, string>()
  readonly #outputs = new Map<FsNode, Output>()
  readonly #nodeOps: Readonly<Record<string, unknown>>
  readonly #streamOps: Readonly<Record<string, unknown>>
  #written = 0
  #nodes = 0

  constructor(fs: EmscriptenFs, input: Uint8Array, limits: SinkLimits) {
    this.#fs = fs
    this.#input = input
    this.#limits = limits
    const refuse = (): never => this.#fail(EPERM)
    this.#nodeOps = {
      getattr: (node: FsNode) => this.#attributes(node),
      setattr: (node: FsNode, { size }: { size?: number }) => this.#resize(node, size),
      lookup: (parent: FsNode, name: string) => this.#children.get(parent)?.get(name) ?? this.#fail(ENOENT),
      mknod: (parent: FsNode, name: string, mode: number) => this.#make(parent, name, mode),
      readdir: (node: FsNode) => ['.', '..', ...(this.#children.get(node)?.keys() ?? [])],
      rename: refuse,
      unlink: refuse,
      rmdir: refuse,
      symlink: refuse,
    }
    this.#streamOps = {
      read: (stream: FsStream, into: Int8Array, offset: number, length: number, position: number) =>
        this.#read(stream, into, offset, length, position),
      write: (stream: FsStream, from: Int8Array, offset: number, length: number, position: number) =>
        this.#write(stream, from, offset, length, position),
      llseek: (stream: FsStream, offset: number, whence: number) => this.#seek(stream, offset, whence),
    }
    fs.mkdir('/sink')
    fs.mount({ mount: () => this.#root() }, {}, '/sink')
  }

  /** The files in the order in which they were begun; what was written of the last may be a part of it. */
  get files(): readonly { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[] {
    return Array.from(this.#outputs.values(), ({ name, bytes, length }) => ({ name, bytes: bytes.slice(0, length) }))
  }

  #fail(errno: number): never {
    throw new this.#fs.ErrnoError(errno)
  }

  #root(): FsNode {
    const root = this.#create(null, '/', DIRECTORY)
    const input = this.#create(root, 'in', FILE)
    this.#children.get(root)?.set('in', input)
    return root
  }

  #create(parent: FsNode | null, name: string, mode: number): FsNode {
    const node = this.#fs.createNode(parent, name, mode, 0)
    node.node_ops = this.#nodeOps
    node.stream_ops = this.#streamOps
    node.atime = 0
    node.mtime = 0
    node.ctime = 0
    if (this.#fs.isDir(mode)) this.#children.set(node, new Map())
    const above = parent && this.#paths.get(parent)
    this.#paths.set(node, above ? `${above}/${name}` : name)
    return node
  }

  #make(parent: FsNode, name: string, mode: number): FsNode {
    this.#limits.checkTime()
    this.#nodes += 1
    if (this.#nodes > MAX_NODES) throw new BoundMet('entries')
    const isFolder = this.#fs.isDir(mode)
    if (!isFolder && this.#outputs.size >= this.#limits.files) throw new BoundMet('files')
    const node = this.#create(parent, name, isFolder ? DIRECTORY : FILE)
    this.#children.get(parent)?.set(name, node)
    const path = this.#paths.get(node) ?? name
    // Below the folder of the output, whose own name is left out.
    if (!isFolder) this.#outputs.set(node, { name: path.replace(/^\/?\/?out\//, ''), bytes: EMPTY, length: 0 })
    return node
  }

  #size(node: FsNode): number {
    if (this.#children.has(node)) return 4096
    return this.#outputs.get(node)?.length ?? this.#input.length
  }

  #attributes(node: FsNode): object {
    const size = this.#size(node)
    const times = { atime: EPOCH, mtime: EPOCH, ctime: EPOCH }
    const blocks = Math.ceil(size / 4096)
    return {
      dev: 1,
      ino: node.id,
      mode: node.mode,
      nlink: 1,
      uid: 0,
      gid: 0,
      rdev: 0,
      size,
      ...times,
      blksize: 4096,
      blocks,
    }
  }

  /** 7-Zip declares the size of what it is about to write: only what is written counts. */
  #resize(node: FsNode, size = -1): void {
    const output = this.#outputs.get(node)
    if (output && size >= 0 && size < output.length) output.length = size
  }

  #read({ node }: FsStream, into: Int8Array, offset: number, length: number, position: number): number {
    this.#limits.checkTime()
    if (this.#children.has(node) || this.#outputs.has(node)) return this.#fail(EPERM)
    const part = this.#input.subarray(position, position + length)
    into.set(part, offset)
    return part.length
  }

  #write({ node }: FsStream, from: Int8Array, offset: number, length: number, position: number): number {
    this.#limits.checkTime()
    const output = this.#outputs.get(node)
    if (!output) return this.#fail(EPERM)
    const end = position + length
    const added = Math.max(0, end - output.length)
    if (this.#written + added > this.#limits.bytes) throw new BoundMet('bytes')
    this.#written += added
    if (end > output.bytes.length) output.bytes = grown(output.bytes, end)
    output.bytes.set(from.subarray(offset, offset + length), position)
    output.length = Math.max(output.length, end)
    return length
  }

  #seek({ node, position }: FsStream, offset: number, whence: number): number {
    const from = whence === 1 ? position : whence === 2 ? this.#size(node) : 0
    return from + offset < 0 ? this.#fail(EINVAL) : from + offset
  }
}

const EMPTY = new Uint8Array(0)
const EPOCH = new Date(0)

function grown(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(length, bytes.length * 2, 4096))
  larger.set(bytes)
  return larger
}
