import { expect, test } from 'vitest'
import { entriesNaming } from '../../../src/filters/lists/named.ts'
import { senderLists } from '../../../src/filters/lists/sender-lists.ts'
import { memoryStore } from '../../../src/store/memory.ts'

const SENDERS = [
  'ann@example.org',
  'example.org',
  '.example.org',
  'dmarc:example.org',
  'dkim:other.example',
  '192.0.2.0/24',
  '192.0.2.7',
  '2001:db8::/32',
]

test.for([
  ['Ann@Example.org', ['ann@example.org', 'example.org', 'dmarc:example.org']],
  ['bob@mail.example.org', ['.example.org']],
  ['example.org', ['example.org', 'dmarc:example.org']],
  ['dmarc:example.org', ['dmarc:example.org']],
  ['192.0.2.7', ['192.0.2.0/24', '192.0.2.7']],
  ['192.0.2.0/24', ['192.0.2.0/24']],
  ['2001:DB8:1::1', ['2001:db8::/32']],
  ['notexample.org', []],
  ['<script>alert(1)</script>', []],
  ['', []],
] as const)('%s is named by %o', async ([name, expected]) => {
  const lists = senderLists({ store: memoryStore() })
  for (const sender of SENDERS) await lists.add({ effect: 'deny', sender })
  const found = entriesNaming(await lists.entries(), name).map(({ sender }) => sender)
  expect(found.toSorted()).toEqual(expected.toSorted())
})
