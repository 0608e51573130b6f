/** Bounds the memory of a WebAssembly module: the maximum in its memory section is lowered before it is compiled. */

/** Bytes of a page (WebAssembly Core 2.0 §4.2.8). */
const PAGE = 65_536
/** The id of the section, and the flag that says that a maximum follows (WebAssembly Core 2.0 §5.5.8, §5.3.7). */
const [MEMORY_SECTION, HAS_MAXIMUM] = [5, 1]

/**
 * A copy of the module whose memory cannot grow beyond `maxBytes`.
 *
 * @throws RangeError where the module has no memory with a maximum, or needs more from the start
 */
export function limitMemory(wasm: Uint8Array, maxBytes: number): Uint8Array<ArrayBuffer> {
  const module = new Uint8Array(wasm)
  for (let at = 8; at < module.length; ) {
    const id = module[at]
    const size = leb128(module, at + 1)
    if (id === MEMORY_SECTION) {
      // One memory: its flags, pages at the start, pages at most.
      const flags = size.next + 1
      if (module[size.next] !== 1 || ((module[flags] ?? 0) & HAS_MAXIMUM) === 0) break
      const initial = leb128(module, flags + 1)
      const maximum = leb128(module, initial.next)
      const pages = Math.floor(maxBytes / PAGE)
      if (pages < initial.value) throw new RangeError(`the module needs ${initial.value * PAGE} bytes from the start`)
      writeLeb128(module, initial.next, maximum.next, Math.min(pages, maximum.value))
      return module
    }
    at = size.next + size.value
  }
  throw new RangeError('the module has no memory with a maximum')
}

/** An unsigned number (WebAssembly Core 2.0 §5.2.2), and where the next one begins. */
function leb128(bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } {
  let value = 0
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[from + index] ?? 0
    value += (byte & 0x7f) * 2 ** (7 * index)
    if ((byte & 0x80) === 0) return { value, next: from + index + 1 }
  }
  throw new RangeError('the module is damaged')
}

/** In as many bytes as the number had before, which the format allows. */
function writeLeb128(bytes: Uint8Array, from: number, end: number, value: number): void {
  for (let at = from, rest = value; at < end; at += 1, rest >>>= 7) {
    bytes[at] = (rest & 0x7f) | (at + 1 < end ? 0x80 : 0)
  }
}
