/** Messages at rest: what comes out is what went in, or nothing. */
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { CHUNK_LENGTH, Keys, keyBytes } from '../../src/quarantine/cipher.ts'

const key = Buffer.alloc(32, 7).toString('base64')
const keys = new Keys(key)

async function* cut(bytes: Buffer, size: number) {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}
async function collect(all: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of all) parts.push(part)
  return Buffer.concat(parts)
}

const seal = (bytes: Buffer, size = 10_000) => collect(keys.sealed(cut(bytes, size)))
const open = (bytes: Buffer, size = 7_777) => collect(keys.opened(cut(bytes, size)))

describe('a message', () => {
  const lengths = [0, 1, CHUNK_LENGTH - 1, CHUNK_LENGTH, CHUNK_LENGTH + 1, 2 * CHUNK_LENGTH, 3 * CHUNK_LENGTH + 5]

  test.for(lengths)('of %i bytes comes back, however it is cut', async length => {
    const bytes = randomBytes(length)
    for (const size of [1_000, CHUNK_LENGTH, 1_000_000]) {
      const sealed = await seal(bytes, size)
      expect((await open(sealed, 100_000)).equals(bytes)).toBe(true)
      expect(length < 20 || !sealed.includes(bytes.subarray(0, 20))).toBe(true)
    }
  })

  test('in which any byte was changed is not given out', async () => {
    const bytes = randomBytes(300)
    const sealed = await seal(bytes)
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed)
      changed[at] = (changed[at] ?? 0) ^ 1
      await expect(open(changed)).rejects.toThrow()
    }
  })

  test('that was cut at a chunk, or whose chunks were exchanged, is not given out', async () => {
    const sealed = await seal(randomBytes(3 * CHUNK_LENGTH))
    const chunk = CHUNK_LENGTH + 20
    const at = [0, 12, 12 + chunk, 12 + 2 * chunk, sealed.length]
    const [head, one, two, three] = at.slice(0, -1).map((from, index) => sealed.subarray(from, at[index + 1]))
    const join = (...parts: readonly (Buffer | undefined)[]) => Buffer.concat(parts.filter(part => part !== undefined))
    expect(join(head, one, two, three).equals(sealed)).toBe(true)
    for (const wrong of [join(head, one, two), join(head, two, one, three), join(head, one, one, three), join(head)])
      await expect(open(wrong)).rejects.toThrow()
  })

  test('is not opened with another key', async () => {
    const other = new Keys(Buffer.alloc(32, 8).toString('hex'))
    await expect(collect(other.opened(cut(await seal(Buffer.from('secret')), 99)))).rejects.toThrow()
  })

  test('is kept as it is without a key', async () => {
    const plain = new Keys(undefined)
    const bytes = randomBytes(200_000)
    const kept = await collect(plain.sealed(cut(bytes, 999)))
    expect([kept.equals(bytes), (await collect(plain.opened(cut(kept, 999)))).equals(bytes)]).toEqual([true, true])
  })
})

test('a text comes back, and twice the same text looks different', () => {
  const [one, two] = [keys.sealText('bob@example.org'), keys.sealText('bob@example.org')]
  expect([keys.openText(one), keys.openText(two)]).toEqual(['bob@example.org', 'bob@example.org'])
  expect(Buffer.from(one).equals(Buffer.from(two))).toBe(false)
  expect(() => keys.openText(Buffer.from('bob@example.org'))).toThrow('not written by this quarantine')
})

test('names are found again with the same key only', () => {
  expect(keys.hash('bob@example.org')).toBe(new Keys(key).hash('bob@example.org'))
  expect(keys.hash('bob@example.org')).not.toBe(new Keys(undefined).hash('bob@example.org'))
})

test.for(['', 'short', 'x'.repeat(64), Buffer.alloc(31).toString('base64')])('"%s" is no key', text => {
  expect(() => keyBytes(text)).toThrow('32 bytes')
})
