import { describe, expect, test } from 'vitest'
import { recipients } from '../../src/filters/recipients.ts'
import { postern } from '../../src/index.ts'
import { PosternError } from '../../src/model/errors.ts'
import { defer, reject } from '../../src/model/finding.ts'
import type { Notice } from '../../src/model/services.ts'
import type { Store } from '../../src/model/store.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { probe } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'
import { handClock } from '../support/hand-clock.ts'

const from = { ip: '192.0.2.1', helo: 'client.test', reversePath: 'a@client.test' } as const
const unknown = (path: string) => reject('5.1.1', `there is no mailbox for ${path}`, { rule: 'recipients/unknown' })
const relay = (path: string) =>
  reject('5.7.1', `${path} is not in a domain of ours, and the client has not authenticated`, {
    rule: 'recipients/relay',
  })

describe('a list of valid recipients', () => {
  const valid = ['Bob@Example.org', '@all.example', '@.sub.example']
  test.for([
    ['bob@example.org', true],
    ['BOB@EXAMPLE.ORG', true],
    ['"bob"@example.org', true],
    ['@relay.test:bob@example.org', true],
    ['anybody@all.example', true],
    ['anybody@a.sub.example', true],
    ['Postmaster', true],
    ['anybody@sub.example', false],
    ['alice@example.org', false],
    ['bob', false],
    ['postmaster@example.org', false],
    ['all.example', false],
  ] as const)('%j is known: %s', async ([forwardPath, known]) => {
    expect(await probe(recipients({ valid }), { ...from, forwardPath })).toEqual(known ? [] : [unknown(forwardPath)])
  })

  test('tells the case of local-parts apart only if asked to', async () => {
    const filter = recipients({ valid: ['Bob@example.org'], caseSensitive: true })
    expect(await probe(filter, { ...from, forwardPath: 'Bob@EXAMPLE.org' })).toEqual([])
    expect(await probe(filter, { ...from, forwardPath: 'bob@example.org' })).toEqual([unknown('bob@example.org')])
  })

  test('every wrong entry is named with its remedy', () => {
    const wrong = () =>
      recipients({
        valid: ['bob', 'bob@example.org', '@exa mple'],
        domains: ['-a.test'],
        max: 0,
        maxInvalidRecipients: Number.NaN,
      })
    const aDomain = 'a domain such as example.org, or .example.org for all below it'
    const remedy = 'correct or remove it'
    const whole = 'a whole number from 1'
    expect(wrong).toThrow(
      new PosternError([
        { path: 'recipients.valid[0]', found: 'bob', expected: 'an address such as bob@example.org', remedy },
        { path: 'recipients.valid[2]', found: '@exa mple', expected: aDomain, remedy },
        { path: 'recipients.domains[0]', found: '-a.test', expected: aDomain, remedy },
        { path: 'recipients.max', found: 0, expected: whole, remedy: `set recipients.max to ${whole}` },
        {
          path: 'recipients.maxInvalidRecipients',
          found: Number.NaN,
          expected: whole,
          remedy: `set recipients.maxInvalidRecipients to ${whole}`,
        },
      ]),
    )
  })
})

describe('a function', () => {
  test('is asked once for an address while its answer is remembered, known and unknown each for its time', async () => {
    const asked: string[] = []
    const clock = handClock()
    const filter = recipients({
      valid: async address => asked.push(address) > 0 && address.startsWith('bob'),
      cache: { known: '10m', unknown: '1m' },
    })
    const store = memoryStore({ clock })
    const ask = (forwardPath: string) => probe(filter, { ...from, forwardPath, clock, store })
    expect(await ask('Bob@example.org')).toEqual([])
    expect(await ask('bob@EXAMPLE.org')).toEqual([])
    expect(await ask('eve@example.org')).toEqual([unknown('eve@example.org')])
    expect(await ask('eve@example.org')).toEqual([unknown('eve@example.org')])
    expect(asked).toEqual(['bob@example.org', 'eve@example.org'])
    clock.pass(60_000)
    await ask('bob@example.org')
    await ask('eve@example.org')
    expect(asked).toEqual(['bob@example.org', 'eve@example.org', 'eve@example.org'])
    clock.pass(540_000)
    await ask('bob@example.org')
    expect(asked.length).toBe(4)
  })

  test('is asked for each name under which answers are remembered, where a store is shared', async () => {
    const store = memoryStore()
    const asked: string[] = []
    const gateways = ['a', 'b'].map(name =>
      recipients({ valid: address => asked.push(`${name} ${address}`) > 0 && name === 'a', cache: { name } }),
    )
    const [first = [], second = []] = await Promise.all(
      gateways.map(filter => probe(filter, { ...from, forwardPath: 'bob@example.org', store })),
    )
    expect([first, second]).toEqual([[], [unknown('bob@example.org')]])
    expect(asked).toEqual(['a bob@example.org', 'b bob@example.org'])
    expect(store.run([{ op: 'get', key: 'b:bob@example.org' }])).toEqual([
      { value: 'unknown', endsIn: expect.any(Number) },
    ])
  })

  test('is asked itself while the store fails', async () => {
    const store: Store = { run: () => Promise.reject(new Error('the store is away')) }
    const filter = recipients({ valid: address => address.startsWith('bob') })
    expect(await probe(filter, { ...from, forwardPath: 'bob@example.org', store })).toEqual([])
    expect(await probe(filter, { ...from, forwardPath: 'eve@example.org', store })).toEqual([
      unknown('eve@example.org'),
    ])
  })

  test.for([
    [
      'throws',
      () => {
        throw new Error('directory down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('directory down'))],
    ['answers with neither', () => undefined as unknown as boolean],
  ] as const)('that %s refuses no sender: it is asked to come back', async ([, valid]) => {
    const found = await probe(recipients({ valid }), { ...from, forwardPath: 'bob@example.org' })
    expect(found).toMatchObject([{ rule: 'recipients/failed', verdict: 'defer', status: '4.3.0' }])
  })
})

describe('mail for other domains', () => {
  const filter = recipients({ domains: ['example.org', '.example.net'] })
  test.for([
    'bob@other.test',
    'bob@example.net',
    'bob@sub.example.org',
    'bob@example.org.other.test',
    '@example.org:bob@other.test',
    'bob%other.test@example.org',
    'other.test!bob@example.org',
    '"bob@other.test"@example.org',
    'bob',
    'bob@[192.0.2.9]',
  ])('%s is refused to strangers', async forwardPath => {
    expect(await probe(filter, { ...from, forwardPath })).toEqual([relay(forwardPath)])
  })

  test.for(['bob@example.org', 'bob@Example.ORG.', 'bob@a.example.net', 'postmaster'])(
    '%s is received',
    async forwardPath => {
      expect(await probe(filter, { ...from, forwardPath })).toEqual([])
    },
  )

  test('is relayed for users who have authenticated', async () => {
    expect(await probe(filter, { ...from, user: 'bob', forwardPath: 'alice@other.test' })).toEqual([])
  })
})

describe('W15 too many recipients', () => {
  const paths = (count: number, name = 'bob') =>
    Array.from({ length: count }, (_, index) => `${name}${index}@example.org`)

  test('W15 the one after the hundredth of a transaction is asked to come in another', async () => {
    expect(await probe(recipients(), { ...from, forwardPaths: paths(102) })).toEqual(
      [100, 100].map(count =>
        defer('4.5.3', `this transaction has ${count} recipients already; the maximum is 100`, {
          rule: 'recipients/too-many',
        }),
      ),
    )
  })

  test('a client that guesses names is hung up on, and learns nothing of those who are known', async () => {
    const filter = recipients({ valid: ['bob@example.org'], domains: ['example.org'], maxInvalidRecipients: 2 })
    const forwardPaths = ['eve@example.org', 'eve@other.test', 'bob@example.org']
    expect(await probe(filter, { ...from, forwardPaths })).toEqual([
      unknown('eve@example.org'),
      relay('eve@other.test'),
      defer('4.7.0', '192.0.2.1 has named 2 recipients that were refused; the maximum is 2', {
        rule: 'recipients/max-invalid-recipients',
        replyText: 'Too many unknown recipients, try again later',
        close: true,
      }),
    ])
    expect(await probe(filter, { ...from, forwardPath: 'bob@example.org' })).toEqual([])
  })

  test('a user who has authenticated may err as often as he likes', async () => {
    const filter = recipients({ valid: ['bob@example.org'], maxInvalidRecipients: 1 })
    const forwardPaths = paths(3, 'eve')
    expect(await probe(filter, { ...from, user: 'bob', forwardPaths })).toEqual(forwardPaths.map(unknown))
  })
})

describe('a local part that a program may read as something else', () => {
  const unsafe = ['|id', '-f', '/etc/passwd', ':include:/x', '\\|id', `${'$'}{run{id}}`, 'a$(id)', 'a`id`']
  const quoted = ['"|id"', '"\\|id"', '"-oQ/tmp"', '" |id"', '"/var/x"', '"a\\`b"']
  test.for([...unsafe, ...quoted])('%s is refused', async local => {
    const found = await probe(recipients({ domains: ['ours.test'] }), { ...from, forwardPath: `${local}@ours.test` })
    expect(found).toMatchObject([{ rule: 'recipients/unsafe', status: '5.1.3', verdict: 'reject' }])
    const allowing = recipients({ domains: ['ours.test'], unsafe: 'pass' })
    expect(await probe(allowing, { ...from, forwardPath: `${local}@ours.test` })).toEqual([])
  })
  test.for(['bob', 'a-b', 'a/b', 'b.', "o'neil", 'a$b', 'x{y}', '+tag', '#1', '!x'.slice(1), '"bob smith"'])(
    '%s is taken',
    async local => {
      const filter = recipients({ domains: ['ours.test'] })
      expect(await probe(filter, { ...from, forwardPath: `${local}@ours.test` })).toEqual([])
    },
  )
  test('of another host is its own affair, where a user writes to it', async () => {
    const filter = recipients({ domains: ['ours.test'] })
    expect(await probe(filter, { ...from, user: 'bob', forwardPath: '-odd-@docomo.test' })).toEqual([])
  })
})

test('a filter that accepts mail for every domain says so when it starts', async () => {
  const codesOf = async (options: Parameters<typeof recipients>[0]) => {
    const notices: Notice[] = []
    await postern({ filters: [recipients(options)], dns: zone({}), notify: notice => notices.push(notice) }).close()
    return notices.map(({ code, reason }) => `${code}: ${reason.slice(0, 60)}`)
  }
  expect(await codesOf({})).toEqual([expect.stringMatching(/^recipients\/all-domains: .*is not given: mail is acc/)])
  expect(await codesOf({ valid: () => true })).toEqual([expect.stringMatching(/is not given: valid is ask/)])
  expect(await codesOf({ domains: ['example.org'], valid: () => true })).toEqual([])
  expect(await codesOf({ valid: ['bob@example.org'] })).toEqual([])
})
