/** Bounds the memory of a WebAssembly module before it is compiled: limits of worker threads do not count it. */

/** Bytes of one page of memory (WebAssembly Core 2.0 §4.2.8). */
const PAGE = 65_536

const [HEADER, MEMORY_SECTION] = [8, 5]

/**
 * A copy of the module whose memory cannot grow beyond `maxBytes` (WebAssembly Core 2.0 §5.5.8).
 *
 * @throws when the module has no memory, imports it, or begins with more than `maxBytes`
 */
export function boundMemory(module: Uint8Array, maxBytes: number): Uint8Array<ArrayBuffer> {
  const maxPages = Math.floor(maxBytes / PAGE)
  for (let at = HEADER; at < module.length; ) {
    const id = module[at]
    const [length, start] = readNumber(module, at + 1)
    if (id === MEMORY_SECTION) return replaced(module, at, start + length, sectionOf(module, start, maxPages))
    at = start + length
  }
  throw new Error('the WebAssembly module has no memory section, so that its memory cannot be bounded')
}

function sectionOf(module: Uint8Array, start: number, maxPages: number): readonly number[] {
  const [count, flagsAt] = readNumber(module, start)
  const [flags, minAt] = readNumber(module, flagsAt)
  const [min] = readNumber(module, minAt)
  // Flags of 2 and more are shared and 64-bit memories.
  if (count !== 1 || flags > 1) throw new Error(`the WebAssembly module has ${count} memories of kind ${flags}`)
  if (min > maxPages) {
    throw new Error(`the WebAssembly module begins with ${min} pages of memory, more than the ${maxPages} it may have`)
  }
  const content = [1, 1, ...written(min), ...written(maxPages)]
  return [MEMORY_SECTION, ...written(content.length), ...content]
}

function replaced(
  module: Uint8Array,
  start: number,
  stop: number,
  section: readonly number[],
): Uint8Array<ArrayBuffer> {
  const bounded = new Uint8Array(start + section.length + module.length - stop)
  bounded.set(module.subarray(0, start))
  bounded.set(section, start)
  bounded.set(module.subarray(stop), start + section.length)
  return bounded
}

/** LEB128: seven bits a byte, the lowest first. Returns the number, and where the next one begins. */
function readNumber(bytes: Uint8Array, start: number): readonly [value: number, next: number] {
  let value = 0
  for (let index = 0; index < 5; index++) {
    const byte = bytes[start + index] ?? 0
    value += (byte & 127) * 128 ** index
    if (byte < 128) return [value, start + index + 1]
  }
  throw new Error('the WebAssembly module is damaged')
}

function written(value: number): readonly number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...written(value >>> 7)]
}
