/** The bytes of parts, in every reading of a message. */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Parts, parts } from '../../src/facts/parts.ts'
import { ask } from '../../src/testing/probe.ts'
import { mimeCases } from '../support/mime-cases.ts'

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex')

test('the bytes of every part of every reading can be read, however they were encoded', async () => {
  let count = 0
  for (const { message } of mimeCases) {
    const { all, bytes } = await ask(parts, { message })
    for (const part of all) {
      if (part.sha256 === undefined) continue
      const content = await bytes(part, 1_000_000)
      expect([content.length, sha256(content)]).toEqual([part.size, part.sha256])
      expect(await bytes(part, 7)).toEqual(content.subarray(0, 7))
      count++
    }
  }
  expect(count).toBeGreaterThan(100)
})

test('a large attachment is decoded up to the limit, and a multipart has no bytes', async () => {
  const content = Buffer.alloc(900_000, 'some words ')
  const base64 = content.toString('base64').replace(/.{76}/g, '$&\r\n')
  const message = `Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: a/b\nContent-Transfer-Encoding: base64\n\n${base64}\n--b--\n`
  const { all, bytes }: Parts = await ask(parts, { message })
  const [container, part] = all
  if (!container || !part) throw new Error('the message has two parts')
  expect(part.size).toBe(900_000)
  expect((await bytes(part, 1_000_000)).equals(content)).toBe(true)
  expect((await bytes(part, 300_001)).equals(content.subarray(0, 300_001))).toBe(true)
  expect(await bytes(container, 100)).toEqual(Buffer.alloc(0))
})

test('a reader of many parts, one after another or at once, gives the same bytes', async () => {
  for (const { message } of mimeCases) {
    const { all, reader } = await ask(parts, { message })
    const [read, mixed] = [reader(), reader()]
    const alone: string[] = []
    for (const part of all) alone.push(sha256(await read(part, 1_000_000)))
    const together = await Promise.all(all.map(async part => sha256(await mixed(part, 1_000_000))))
    expect(together).toEqual(alone)
    const told = all.map(({ sha256: hash }, index) => hash ?? alone[index])
    expect(alone).toEqual(told)
  }
})
