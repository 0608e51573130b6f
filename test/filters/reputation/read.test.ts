import { expect, test } from 'vitest'
import { decayingAdds, defaultMemory, type Identity } from '../../../src/facts/reputation.ts'
import { identitiesOf, readReputation } from '../../../src/filters/reputation/read.ts'
import { memoryStore } from '../../../src/store/memory.ts'

test.for([
  ['192.0.2.7', ['ip:192.0.2.7', 'network:192.0.2.0/24']],
  ['::ffff:192.0.2.7', ['ip:192.0.2.7', 'network:192.0.2.0/24']],
  ['192.0.2.0/24', ['ip:192.0.2.0', 'network:192.0.2.0/24']],
  ['2001:db8:1:2::3', ['ip:2001:db8:1:2::/64', 'network:2001:db8:1::/48']],
  [
    'Ann@Mail.Example.co.UK',
    [
      'author:example.co.uk',
      'dkim:example.co.uk',
      'spf:example.co.uk',
      'rdns:mail.example.co.uk',
      'rdns:example.co.uk',
    ],
  ],
  ['example.org', ['author:example.org', 'dkim:example.org', 'spf:example.org', 'rdns:example.org']],
  ['', []],
] as const)('%s may have records as %o', ([name, identities]) => {
  expect(identitiesOf(name)).toEqual(identities)
})

test('records are read as the filter reads them, and identities without one are left out', async () => {
  const store = memoryStore()
  const add = (identity: Identity, ham: number, spam: number) =>
    store.run(decayingAdds(identity, defaultMemory, { ham, spam, deferred: 0, refused: 0 }))
  await add('dkim:example.org', 40, 0)
  await add('spf:example.org', 0, 30)
  const records = await readReputation(store, 'news@lists.example.org')
  expect(records.map(({ identity, good, bad }) => [identity, Math.round(good), Math.round(bad)])).toEqual([
    ['dkim:example.org', 40, 0],
    ['spf:example.org', 0, 30],
  ])
  expect(records[0]?.text).toMatch(/^example\.org \(DKIM\): 40 good, 0 bad/)
  expect(records[1]?.tendency).toBeGreaterThan(0.5)
  expect(await readReputation(store, '192.0.2.1')).toEqual([])
})
