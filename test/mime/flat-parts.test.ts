import { expect, test } from 'vitest'
import { flatten, unflatten } from '../../src/mime/flat-parts.ts'
import { readTree } from '../../src/mime/tree.ts'
import { mimeCases } from '../support/mime-cases.ts'

test('the list of parts is the same after a thread has passed it on', () => {
  let texts = 0
  for (const { message } of mimeCases) {
    const list = readTree(message)
    expect(unflatten(structuredClone(flatten(list)))).toStrictEqual(list)
    texts += list.parts.filter(({ text }) => text !== undefined).length
  }
  expect(texts).toBeGreaterThan(50)
})
