/** The maximum of a module's memory, before it is compiled. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { boundMemory } from '../../src/threads/wasm-memory.ts'

interface Memory {
  grow(pages: number): number
}
/** Its types come with those of browsers. */
const { WebAssembly: wasm } = globalThis as unknown as {
  readonly WebAssembly: {
    instantiate(module: Uint8Array): Promise<{ readonly instance: { readonly exports: { readonly m: Memory } } }>
    validate(module: Uint8Array): boolean
  }
}

/** A module with one memory of `min` pages and, with flags of 1, a maximum of `max`, and an export of it. */
const moduleOf = (...memory: readonly number[]): Uint8Array =>
  Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, memory.length + 1, 1, ...memory, 7, 5, 1, 1, 0x6d, 2, 0])

test.for<readonly [string, readonly number[]]>([
  ['without a maximum', [0, 1]],
  ['with a maximum', [1, 1, 0x80, 0x80, 2]],
])('M13 a memory %s grows to the bound and no further', async ([, memory]) => {
  const { instance } = await wasm.instantiate(boundMemory(moduleOf(...memory), 200 * 65_536))
  const { m: grown } = instance.exports
  expect(grown.grow(199)).toBe(1)
  expect(() => grown.grow(1)).toThrow(RangeError)
})

test.for(['zxing-wasm/reader/zxing_reader.wasm', '7z-wasm/7zz.wasm'])(
  'the memory of %s is bounded, and the rest of it stays as it is',
  file => {
    const bytes = readFileSync(createRequire(import.meta.url).resolve(file))
    const bounded = boundMemory(bytes, 67_108_864)
    expect(wasm.validate(bounded)).toBe(true)
    expect(bounded.length).toBeLessThanOrEqual(bytes.length)
  },
)

test('a module whose memory cannot be bounded is refused', () => {
  expect(() => boundMemory(moduleOf(0, 9), 8 * 65_536)).toThrow(
    'begins with 9 pages of memory, more than the 8 it may have',
  )
  expect(() => boundMemory(moduleOf(3, 1, 2), 8 * 65_536)).toThrow('1 memories of kind 3')
  expect(() => boundMemory(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), 8 * 65_536)).toThrow(
    'has no memory section',
  )
})
