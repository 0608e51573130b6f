/** 7-Zip as WebAssembly (the optional package 7z-wasm), in the thread: one instance for each container. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { cpuTime } from '../../threads/cpu-time.ts'
import { boundMemory } from '../../threads/wasm-memory.ts'
import { webAssembly } from '../../threads/webassembly.ts'
import type { EmscriptenModule, EmscriptenOptions } from './emscripten.ts'
import { readFaults, readListing } from './listing-text.ts'
import { BoundMet, INPUT, OUTPUT, Sink } from './sink.ts'
import type { PackedEntry, Unpacked, UnpackTask } from './task.ts'

/** Bytes of memory that one instance may take: 7-Zip itself takes 17 MB, a dictionary and its buffers the rest. */
const MAX_MEMORY = 67_108_864

type Factory = (options: EmscriptenOptions) => Promise<EmscriptenModule>

/** Compiles 7-Zip once. Rejects where the package is not installed. */
export async function loadSevenZip(): Promise<(task: UnpackTask) => Promise<Unpacked>> {
  const require = createRequire(import.meta.url)
  const wasm = await readFile(require.resolve('7z-wasm/7zz.wasm'))
  const module = await webAssembly.compile(boundMemory(wasm, MAX_MEMORY))
  const factory = require('7z-wasm') as Factory
  return async task => {
    const start = cpuTime()
    const instance = await Instance.start(factory, module)
    return unpack(instance, task, () => cpuTime() - start)
  }
}

function unpack(instance: Instance, task: UnpackTask, cpu: () => number): Unpacked {
  const { limits, password } = task
  const checkTime = (): void => {
    if (cpu() > limits.cpu) throw new BoundMet('time')
  }
  const sink = new Sink(instance.module.FS, task.bytes, { ...limits, checkTime })
  const options = [
    ...(task.type === undefined ? [] : [`-t${task.type}`]),
    ...(password === undefined ? [] : [`-p${password}`]),
    '-sccUTF-8',
    '-bd',
  ]
  const listing = instance.run(['l', '-slt', ...options, '--', INPUT])
  const { type, entries } = readListing(listing.lines)
  const faults = [...readFaults(listing.lines)]
  const done = (bound?: Unpacked['bound']): Unpacked => ({
    hiddenNames: listing.asksPassword || listing.lines.some(line => WRONG_PASSWORD.test(line)),
    entries: entries.slice(0, limits.entries),
    files: sink.files,
    faults,
    cpu: cpu(),
    ...(type !== undefined && { type }),
    ...(bound !== undefined && { bound }),
  })
  if (listing.bound || entries.length > limits.entries) return done(listing.bound ?? 'entries')
  const unwanted = entries.filter(entry => isUnwanted(entry, password))
  if (type === undefined || entries.length === unwanted.length) return done()
  if (unwanted.length > 0) instance.module.FS.writeFile(EXCLUDED, unwanted.map(({ name }) => `${name}\n`).join(''))
  const exclusion = unwanted.length > 0 ? ['-spd', '-scsUTF-8', `-x@${EXCLUDED}`] : []
  const extraction = instance.run(['x', '-bb1', '-aou', `-o${OUTPUT}`, ...exclusion, ...options, '--', INPUT])
  faults.push(...readFaults(extraction.lines))
  if (extraction.asksPassword) faults.push({ name: '', fault: 'password' })
  else if (extraction.isAborted && !extraction.bound) faults.push({ name: '', fault: 'damaged' })
  const isTooSmall = extraction.lines.some(line => OUT_OF_MEMORY.test(line))
  return done(extraction.bound ?? (isTooSmall ? 'memory' : undefined))
}

const EXCLUDED = '/excluded'
const WRONG_PASSWORD = /^(?:ERROR: .*: )?Can(?:not|'t) open encrypted archive\. Wrong password\?/
const OUT_OF_MEMORY = /Can't allocate required memory|^ERROR: E_OUTOFMEMORY/

/** Encrypted entries without a password, and large pictures and films: no program opens what is in them. */
const isUnwanted = ({ name, size = 0, encrypted }: PackedEntry, password: string | undefined): boolean =>
  (encrypted && password === undefined) || (size > LARGE_MEDIUM && MEDIUM.test(name))
const LARGE_MEDIUM = 262_144
const MEDIUM = /\.(?:jpe?g|png|gif|bmp|tiff?|heic|webp|psd|mp[34]|m4[av]|mov|avi|mkv|webm|wav|ogg|flac)$/i

interface Run {
  readonly lines: readonly string[]
  readonly asksPassword: boolean
  /** The bound that ended it. */
  readonly bound?: BoundMet['bound']
  /** It ended within: by a bound, by a question, or because 7-Zip failed. */
  readonly isAborted: boolean
}

/** One instance, with what it prints. After an aborted run it is not used again. */
class Instance {
  module!: EmscriptenModule
  #lines: string[] = []
  #printed = 0
  #thrown: unknown

  static async start(factory: Factory, compiled: object): Promise<Instance> {
    const instance = new Instance()
    const print = (line: string): void => instance.#print(line)
    instance.module = await factory({
      stdin: () => null,
      print,
      printErr: print,
      quit: (_status, thrown) => {
        instance.#thrown = thrown
      },
      instantiateWasm: (imports, done) => {
        const started = new webAssembly.Instance(compiled, imports)
        done(started, compiled)
        return started.exports
      },
    })
    return instance
  }

  run(args: string[]): Run {
    this.#lines = []
    this.#thrown = undefined
    let status: number | undefined
    try {
      status = this.module.callMain(args)
    } catch (error) {
      this.#thrown = error
    }
    return {
      lines: this.#lines,
      asksPassword: this.#lines.some(line => /^Enter password/.test(line)),
      isAborted: status === undefined,
      ...(this.#thrown instanceof BoundMet && { bound: this.#thrown.bound }),
    }
  }

  #print(line: string): void {
    this.#printed += line.length
    if (this.#printed > MAX_PRINTED) throw new BoundMet('entries')
    this.#lines.push(line)
  }
}

/** Characters that 7-Zip may print about one container. */
const MAX_PRINTED = 8_388_608
