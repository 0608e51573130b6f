import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { readTree } from '../../src/mime/tree.ts'
import { mimeCases, payload } from '../support/mime-cases.ts'

const sha256 = createHash('sha256').update(payload).digest('hex')

test('there are fifty-four cases, each another message', () => {
  expect(new Set(mimeCases.map(({ message }) => message.toString('latin1'))).size).toBe(54)
})

test.for(mimeCases)(
  'M10 what hides in $name is found, and where readers differ it is said',
  ({ message, found, kinds }) => {
    const { parts, ambiguities } = readTree(message)
    expect([...new Set(ambiguities.map(({ kind }) => kind))].toSorted()).toEqual([...kinds].toSorted())
    expect(parts.some(part => part.sha256 === sha256)).toBe(found)
    expect(found || ambiguities.length > 0).toBe(true)
  },
)
