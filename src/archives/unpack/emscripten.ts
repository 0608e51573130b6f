/** The part of Emscripten's file system that is used: the package exports it and does not type it. */

export interface FsNode {
  id: number
  readonly name: string
  readonly mode: number
  node_ops: Readonly<Record<string, unknown>>
  stream_ops: Readonly<Record<string, unknown>>
  atime: number
  mtime: number
  ctime: number
}

export interface FsStream {
  readonly node: FsNode
  position: number
  stream_ops: Readonly<Record<string, unknown>>
}

export interface EmscriptenFs {
  readonly ErrnoError: new (errno: number) => Error
  readonly streams: (FsStream | null)[]
  createNode(parent: FsNode | null, name: string, mode: number, device: number): FsNode
  isDir(mode: number): boolean
  mkdir(path: string): FsNode
  writeFile(path: string, text: string): void
  mount(type: { mount(): FsNode }, options: object, path: string): FsNode
}

export interface EmscriptenModule {
  readonly FS: EmscriptenFs
  callMain(args: string[]): number
}

export interface EmscriptenOptions {
  readonly stdin: () => null
  readonly print: (line: string) => void
  readonly printErr: (line: string) => void
  readonly quit: (status: number, thrown: unknown) => void
  /** Must call `done` at once. */
  instantiateWasm(imports: object, done: (instance: { readonly exports: object }, module: object) => void): object
}
