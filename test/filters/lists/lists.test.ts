/** Allow and deny lists of the store: whom they name, which list decides, what counts as proof. */
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { dnsbl, lists, type NewListEntry, senderLists } from '../../../src/filters/index.ts'
import { type Filter, type Notice, PosternError, postern, quarantine } from '../../../src/index.ts'
import { memoryStore, type Store } from '../../../src/store/index.ts'
import { clock, zone } from '../../../src/testing/index.ts'
import { recordOf, rsa, signature } from '../../facts/dkim/signer.ts'
import { withMembers } from '../../support/with-members.ts'

const dns = zone({
  'sel._domainkey.signed.example': { TXT: [recordOf(rsa.publicKey)] },
  '_dmarc.signed.example': { TXT: ['v=DMARC1; p=none'] },
  'friend.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  '_dmarc.friend.example': { TXT: ['v=DMARC1; p=none'] },
  '1.2.0.192.in-addr.arpa': { PTR: 'mx1.friend.example' },
  'mx1.friend.example': { A: '192.0.2.1' },
})
const fields = [
  'From: ann@signed.example',
  'To: bob@example.org',
  'Subject: x',
  'Date: Mon, 23 Nov 2026 09:00:00 +0000',
]
const body = 'Hello\r\n'
const signed = `${[signature({ fields, body, tags: { d: 'signed.example' } }), ...fields].join('\r\n')}\r\n\r\n${body}`

/** Content that would be quarantined. */
const offer: Filter = { name: 'offer', checks: 'content', message: () => quarantine('an offer') }

async function gatewayWith(...entries: readonly NewListEntry[]) {
  const hand = clock()
  const store = memoryStore({ clock: hand })
  const edited = senderLists({ store, clock: hand })
  for (const entry of entries) await edited.add(entry)
  const notices: Notice[] = []
  const gateway = postern({
    filters: [lists(), offer],
    dns,
    store,
    clock: hand,
    name: 'mx.example.org',
    notify: notice => notices.push(notice),
  })
  return { gateway, edited, store, hand, notices }
}

interface Sent {
  readonly ip?: string
  readonly reversePath?: string
  readonly recipients?: readonly string[]
  readonly message?: string | Buffer
}

const FRIEND: Sent = { ip: '192.0.2.1', reversePath: 'ann@friend.example' }
const STRANGER: Sent = { ip: '198.51.100.7', reversePath: 'ann@friend.example' }
const unsigned = 'From: ann@friend.example\r\nSubject: x\r\n\r\nHello\r\n'

/** The verdict for each recipient, as `refused` where RCPT or an earlier command was. */
async function verdictsOf(
  { gateway }: Awaited<ReturnType<typeof gatewayWith>>,
  {
    ip = '192.0.2.1',
    reversePath = 'ann@friend.example',
    recipients = ['bob@example.org'],
    message = unsigned,
  }: Sent = {},
) {
  const session = gateway.open({ ip })
  const findings: string[] = []
  try {
    const first = [await session.connect(), await session.helo('mx1.friend.example'), await session.mail(reversePath)]
    const verdicts = new Map<string, string>(recipients.map(path => [path, 'refused']))
    if (first.every(({ reply }) => reply.code < 400))
      for (const path of recipients) if ((await session.rcpt(path)).reply.code < 400) verdicts.set(path, 'open')
    if ([...verdicts.values()].includes('open')) {
      const outcome = await session.data(Readable.from([Buffer.from(message)]))
      for (const [path, { verdict, findings: all }] of outcome.each) {
        verdicts.set(path, verdict)
        findings.push(
          ...all.flatMap(({ rule = '', reason }) => (rule.startsWith('lists/') ? [`${rule}: ${reason}`] : [])),
        )
      }
    }
    return { verdicts: [...verdicts.values()], findings }
  } finally {
    session.close()
  }
}

/** A store that counts its round trips. */
function counted(inner: Store) {
  let count = 0
  const run: Store['run'] = operations => {
    count += 1
    return inner.run(operations)
  }
  return { store: withMembers(inner, { run }), trips: () => count }
}

const verdictOf = async (entries: readonly NewListEntry[], sent: Sent = {}) =>
  (await verdictsOf(await gatewayWith(...entries), sent)).verdicts.join()

describe('whom an entry names', () => {
  test.for<[sender: string, friend: string, stranger: string]>([
    ['192.0.2.0/24', 'accept', 'quarantine'],
    ['198.51.100.7', 'quarantine', 'accept'],
    ['friend.example', 'accept', 'quarantine'],
    ['FRIEND.example.', 'accept', 'quarantine'],
    ['.example', 'accept', 'quarantine'],
    ['ann@friend.example', 'accept', 'quarantine'],
    ['Ann@FRIEND.example', 'accept', 'quarantine'],
    ['spf:friend.example', 'accept', 'quarantine'],
    ['dmarc:friend.example', 'accept', 'quarantine'],
    ['host:.friend.example', 'accept', 'quarantine'],
    ['dkim:friend.example', 'quarantine', 'quarantine'],
    ['bob@friend.example', 'quarantine', 'quarantine'],
    ['.friend.example', 'quarantine', 'quarantine'],
  ])('%s allows the proven sender, and who forges it is judged as before', async ([sender, friend, stranger]) => {
    const entries = [{ effect: 'allow', sender }] as const
    expect([await verdictOf(entries, FRIEND), await verdictOf(entries, STRANGER)]).toEqual([friend, stranger])
  })

  test('a signature proves the author and its signer, whatever the client is', async () => {
    const sent = { ip: '198.51.100.7', reversePath: 'bounce@other.example', message: signed }
    for (const sender of ['dkim:signed.example', 'dmarc:signed.example', 'signed.example', 'ann@signed.example'])
      expect([sender, await verdictOf([{ effect: 'allow', sender }], sent)]).toEqual([sender, 'accept'])
    expect(await verdictOf([{ effect: 'allow', sender: 'spf:signed.example' }], sent)).toBe('quarantine')
  })

  test('without proof an allow entry is reported and changes nothing, unless it says that it needs none', async () => {
    const entry = { effect: 'allow', sender: 'ann@friend.example' } as const
    const { verdicts, findings } = await verdictsOf(await gatewayWith(entry), STRANGER)
    expect([verdicts, findings.join()]).toEqual([
      ['quarantine'],
      expect.stringMatching(/^lists\/unproven: .* needs proof$/),
    ])
    expect(await verdictOf([{ ...entry, unproven: true }], STRANGER)).toBe('accept')
  })

  test('a deny entry needs no proof: a client that claims a denied sender is refused', async () => {
    for (const sender of ['friend.example', 'ann@friend.example'])
      expect(await verdictOf([{ effect: 'deny', sender }], STRANGER)).toBe('refused')
    expect(await verdictOf([{ effect: 'deny', sender: 'spf:friend.example' }], STRANGER)).toBe('quarantine')
  })

  test('a denied author is refused after the message, whatever the reverse-path is', async () => {
    expect(
      await verdictOf([{ effect: 'deny', sender: 'ann@friend.example' }], { reversePath: 'x@other.example' }),
    ).toBe('reject')
  })
})

describe('which list decides', () => {
  const allow = { effect: 'allow', sender: 'friend.example' } as const
  const deny = { effect: 'deny', sender: 'friend.example' } as const
  const ranks: readonly Partial<NewListEntry>[] = [
    { enforced: true },
    { scope: 'example.org', enforced: true },
    { scope: 'bob@example.org' },
    { scope: 'example.org' },
    {},
  ]

  test.for(ranks.slice(0, -1).map((above, index) => [above, ranks.slice(index + 1)] as const))(
    '%o decides over all that are below it',
    async ([above, others]) => {
      for (const below of others) {
        expect([
          below,
          await verdictOf([
            { ...allow, ...above },
            { ...deny, ...below },
          ]),
        ]).toEqual([below, 'accept'])
        expect(
          await verdictOf([
            { ...deny, ...above },
            { ...allow, ...below },
          ]),
        ).toMatch(/^re(?:fused|ject)$/)
      }
    },
  )

  test('in one list the most specific entry decides, and of equals an entry that allows', async () => {
    expect(await verdictOf([deny, { effect: 'allow', sender: 'ann@friend.example' }])).toBe('accept')
    expect(await verdictOf([allow, { effect: 'deny', sender: 'ann@friend.example' }])).toMatch(/^re(?:fused|ject)$/)
    expect(
      await verdictOf([
        { effect: 'deny', sender: '192.0.2.1' },
        { effect: 'allow', sender: '192.0.2.0/24' },
      ]),
    ).toBe('refused')
    expect(await verdictOf([allow, deny])).toBe('accept')
  })

  test('the list of one recipient counts for that recipient alone', async () => {
    const recipients = ['bob@example.org', 'eve@example.org']
    const world = await gatewayWith({ ...allow, sender: 'dmarc:friend.example', scope: 'bob@example.org' })
    expect((await verdictsOf(world, { recipients })).verdicts).toEqual(['accept', 'quarantine'])
    const denied = await gatewayWith({ effect: 'deny', sender: 'ann@friend.example', scope: 'Eve@Example.org' })
    expect((await verdictsOf(denied, { recipients })).verdicts).toEqual(['quarantine', 'refused'])
  })

  test('a denial waits for the message where the recipient may allow the sender after all', async () => {
    const world = await gatewayWith(
      { effect: 'deny', sender: '192.0.2.0/24' },
      { effect: 'allow', sender: 'dkim:signed.example', scope: 'bob@example.org' },
    )
    const recipients = ['bob@example.org', 'eve@example.org']
    expect((await verdictsOf(world, { recipients, message: signed })).verdicts).toEqual(['accept', 'refused'])
    expect((await verdictsOf(world, { recipients })).verdicts).toEqual(['reject', 'refused'])
  })

  test('a recipient saves mail of a client that a DNS list refuses', async () => {
    const store = memoryStore()
    await senderLists({ store }).add({ ...allow, scope: 'bob@example.org' })
    const listed = zone({
      'friend.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
      '1.2.0.192.bl.example': { A: '127.0.0.2' },
      '2.0.0.127.bl.example': { A: '127.0.0.2' },
    })
    const blocklist = dnsbl({ zones: [{ zone: 'bl.example', points: 20 }] })
    const gateway = postern({ filters: [lists(), blocklist], dns: listed, store, name: 'mx.example.org' })
    const verdicts = await verdictsOf({ gateway } as never, { recipients: ['bob@example.org', 'eve@example.org'] })
    expect(verdicts.verdicts).toEqual(['accept', 'refused'])
  })
})

describe('changes', () => {
  test('count at every gateway after the next look at the revision, without a restart', async () => {
    const world = await gatewayWith({ effect: 'deny', sender: 'other.example' })
    const before = (await verdictsOf(world)).verdicts
    const { id } = await world.edited.add({ effect: 'allow', sender: 'friend.example' })
    await world.hand.advance(5_000)
    await verdictsOf(world)
    const allowed = (await verdictsOf(world)).verdicts
    expect(await world.edited.remove(id)).toBe(true)
    await world.hand.advance(5_000)
    await verdictsOf(world)
    expect([before, allowed, (await verdictsOf(world)).verdicts]).toEqual([['quarantine'], ['accept'], ['quarantine']])
  })

  test('an entry that has expired does not count, although nothing has changed', async () => {
    const world = await gatewayWith()
    await world.edited.add({ effect: 'allow', sender: 'friend.example', expires: world.hand.now() + 60_000 })
    expect((await verdictsOf(world)).verdicts).toEqual(['accept'])
    await world.hand.advance(60_000)
    expect((await verdictsOf(world)).verdicts).toEqual(['quarantine'])
  })

  test('a store that loses the lists is reported once, and entries that are known still count', async () => {
    const world = await gatewayWith({ effect: 'allow', sender: 'friend.example' })
    expect((await verdictsOf(world)).verdicts).toEqual(['accept'])
    await world.store.run([{ op: 'delete', key: 'lists:revision' }])
    for (let times = 0; times < 2; times += 1) {
      await world.hand.advance(5_000)
      expect((await verdictsOf(world)).verdicts).toEqual(['accept'])
    }
    expect(world.notices.map(({ code }) => code)).toEqual(['lists/missing'])
    await world.edited.add({ effect: 'allow', sender: 'other.example' })
    await world.hand.advance(5_000)
    await verdictsOf(world)
    expect(world.notices.at(-1)).toMatchObject({ code: 'lists/found', level: 'info' })
  })

  test('a document of the store that cannot be read is reported, and its good entries count', async () => {
    const world = await gatewayWith({ effect: 'allow', sender: 'friend.example' })
    const key = 'lists:global:'
    const [document] = await world.store.run([{ op: 'get', key }])
    const broken = JSON.stringify([{ id: 1 }, ...JSON.parse(document?.value ?? '[]')])
    await world.store.run([{ op: 'set', key, value: broken, ttl: 0 }])
    expect((await verdictsOf(world)).verdicts).toEqual(['accept'])
    expect(world.notices).toMatchObject([{ code: 'lists/unreadable', reason: expect.stringContaining('1 entries') }])
  })

  test('while there is no entry a message costs no round trip', async () => {
    const hand = clock()
    const inner = memoryStore({ clock: hand })
    const { store, trips } = counted(inner)
    const gateway = postern({ filters: [lists()], dns, store, clock: hand, name: 'mx.example.org' })
    for (let times = 0; times < 3; times += 1) await verdictsOf({ gateway } as never)
    expect(trips()).toBe(1)
  })

  test('with entries a message costs one round trip for each new recipient, and then none', async () => {
    const hand = clock()
    const inner = memoryStore({ clock: hand })
    await senderLists({ store: inner, clock: hand }).add({
      effect: 'allow',
      sender: 'x.example',
      scope: 'bob@example.org',
    })
    const { store, trips } = counted(inner)
    const gateway = postern({ filters: [lists()], dns, store, clock: hand, name: 'mx.example.org' })
    await verdictsOf({ gateway } as never)
    const first = trips()
    await verdictsOf({ gateway } as never)
    await verdictsOf({ gateway } as never, { recipients: ['eve@example.org'] })
    expect([first, trips()]).toEqual([2, 3])
  })
})

test.for<[entry: Partial<NewListEntry>, path: string]>([
  [{ sender: 'not a domain' }, 'entry.sender'],
  [{ sender: '0.0.0.0/0' }, 'entry.sender'],
  [{ sender: '192.0.2.1/24' }, 'entry.sender'],
  [{ sender: 'dkim:a@b.example' }, 'entry.sender'],
  [{ sender: '' }, 'sender'],
  [{ scope: '.example.org' }, 'entry.scope'],
  [{ scope: 'bob@' }, 'entry.scope'],
  [{ scope: 'bob@example.org', enforced: true }, 'entry.enforced'],
  [{ sender: 'dmarc:friend.example', unproven: true }, 'entry.unproven'],
  [{ effect: 'alow' as 'allow' }, 'effect'],
  [{ expires: Number.NaN }, 'expires'],
])('a wrong entry %o is refused with its place', async ([entry, path]) => {
  const { edited } = await gatewayWith()
  const added = edited.add({ effect: 'allow', sender: 'friend.example', ...entry })
  await expect(added).rejects.toThrow(PosternError)
  await expect(added).rejects.toThrow(path)
})

describe('the lists themselves', () => {
  test('entries are shown by scope or all, the oldest first, and removed by their id', async () => {
    const { edited, hand } = await gatewayWith()
    const first = await edited.add({
      effect: 'deny',
      sender: 'a.example',
      scope: 'bob@example.org',
      author: 'bob',
      note: 'no',
    })
    await hand.advance(1)
    const second = await edited.add({ effect: 'allow', sender: 'b.example' })
    expect(await edited.entries()).toEqual([first, second])
    expect([await edited.entries('Bob@example.org'), await edited.entries('global')]).toEqual([[first], [second]])
    expect([await edited.remove('nothing'), await edited.remove(first.id), await edited.remove(first.id)]).toEqual([
      false,
      true,
      false,
    ])
    expect(await edited.entries()).toEqual([second])
  })

  test('the same sender twice is one entry, which keeps its id', async () => {
    const { edited } = await gatewayWith()
    const { id } = await edited.add({ effect: 'allow', sender: 'Friend.Example' })
    const again = await edited.add({ effect: 'allow', sender: 'friend.example.', note: 'still' })
    expect([again.id, await edited.entries()]).toEqual([id, [again]])
  })

  test('two hundred entries that are written at the same time are all there', async () => {
    const { edited, store } = await gatewayWith()
    const other = senderLists({ store })
    const senders = Array.from({ length: 200 }, (_, index) => `d${index}.example`)
    await Promise.all(senders.map((sender, index) => (index % 2 ? edited : other).add({ effect: 'deny', sender })))
    expect((await edited.entries()).map(({ sender }) => sender).toSorted()).toEqual(senders.toSorted())
  })

  test.for(['exampleorg', 'Top', 'dmarc:exampleorg', 'spf:exampleorg', 'dkim:exampleorg'])(
    '%s has no dot: the answer says what was expected, and nothing is written',
    async sender => {
      const edited = senderLists({ store: memoryStore() })
      const name = sender.replace(/^.*:/, '').toLowerCase()
      await expect(edited.add({ effect: 'deny', sender })).rejects.toMatchObject({
        problems: [
          {
            path: 'entry.sender',
            found: sender,
            expected: 'a whole domain such as example.org: this one has no dot',
            remedy: `write the rest of the domain, or .${name} for all domains below it`,
          },
        ],
      })
      expect(await edited.entries()).toEqual([])
    },
  )

  test.for(['.top', 'spf:.top', 'localhost', 'host:relay', 'host:.lan', 'root@localhost', 'cron@relay'])(
    '%s needs no dot: a TLD, or a name of a network of one’s own',
    async sender => {
      const edited = senderLists({ store: memoryStore() })
      expect(await edited.add({ effect: 'deny', sender })).toMatchObject({ sender })
    },
  )

  test('an entry without a dot that an earlier version wrote still counts', async () => {
    const world = await gatewayWith({ effect: 'deny', sender: 'other.example' })
    const key = 'lists:global:'
    const { value = '' } = (await world.store.run([{ op: 'get', key }]))[0] as { readonly value?: string }
    expect(value).toContain('other.example')
    await world.store.run([{ op: 'set', key, value: value.replace('other.example', 'exampleorg'), ttl: 0 }])
    const { verdicts, findings } = await verdictsOf(world, { ip: '198.51.100.7', reversePath: 'ann@exampleorg' })
    expect([verdicts, findings, world.notices]).toEqual([['refused'], [], []])
    expect((await verdictsOf(world, STRANGER)).verdicts).toEqual(['quarantine'])
  })

  test('a list that is full takes no more, and says what to do', async () => {
    const { edited, store } = await gatewayWith()
    const entry = { id: 'x', effect: 'deny', created: 1 }
    const many = Array.from({ length: 1_000 }, (_, index) => ({ ...entry, sender: `d${index}.example` }))
    await store.run([{ op: 'set', key: 'lists:global:', value: JSON.stringify(many), ttl: 0 }])
    await expect(edited.add({ effect: 'deny', sender: 'one-more.example' })).rejects.toThrow(
      'keep long lists in a file',
    )
  })
})
