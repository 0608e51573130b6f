/** What every history does, whatever it keeps its events in: run by the test of each store. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AuditQuery, History, HistoryPrivacyOptions, HistoryQuery } from '../../src/history/index.ts'
import type { GatewayEvent } from '../../src/model/events.ts'
import type { Clock, Notice } from '../../src/model/services.ts'
import type { Duration, Size } from '../../src/model/units.ts'
import { actionEvent, deliveryEvent, NOON, recipientEvent, sessionOf, transactionEvent } from './events.ts'

/** What the tests of the contract open a history with. */
export interface ContractOptions {
  readonly notify?: (notice: Notice) => void
  readonly keep?: Duration
  readonly queue?: Size
  readonly privacy?: HistoryPrivacyOptions
  readonly clock?: Clock
}

/** @param openHistory opens a history that is empty at the beginning of each test; the tests close it */
export function historyContract(openHistory: (options: ContractOptions) => History): void {
  let notices: Notice[]
  const opened: History[] = []

  beforeEach(() => {
    notices = []
  })
  afterEach(async () => {
    for (const history of opened.splice(0)) await history.close()
  })

  async function open(options: ContractOptions = {}): Promise<History> {
    const history = openHistory({ notify: notice => notices.push(notice), keep: '3650d', ...options })
    opened.push(history)
    return history
  }

  async function filled(...events: readonly GatewayEvent[]): Promise<History> {
    const history = await open()
    history.append(events)
    await history.flush()
    return history
  }

  const refsOf = async (history: History, query: HistoryQuery) =>
    (await history.search(query)).entries.map(({ ref }) => ref)

  test('a delivery is shown whether it is reported before its recipient or after, in one batch or in two', async () => {
    const history = await open()
    const before = deliveryEvent({ ref: 'AAAA', result: 'deferred' })
    const early = deliveryEvent({ ref: 'BBBB', result: 'refused' })
    const without = { ...deliveryEvent({ ref: 'CCCC' }), transaction: undefined }
    history.append([before, ...sessionOf('AAAA').filter(({ type }) => type !== 'delivery'), early])
    history.append([JSON.parse(JSON.stringify(without))])
    await history.flush()
    for (const ref of ['BBBB', 'CCCC']) history.append(sessionOf(ref).filter(({ type }) => type !== 'delivery'))
    await history.flush()
    const { entries } = await history.search({})
    expect(Object.fromEntries(entries.map(({ ref, delivery }) => [ref, delivery]))).toEqual({
      AAAA: 'deferred',
      BBBB: 'refused',
      CCCC: 'delivered',
    })
  })

  describe('a search', () => {
    const events = [
      ...sessionOf('AAAA'),
      ...sessionOf('BBBB', { recipient: 'Eve@Example.org', ip: '2001:db8::7', verdict: 'reject', time: NOON + 1_000 }),
      ...sessionOf('CCCC', {
        reversePath: 'bounce@lists.example.net',
        from: 'carl@example.net',
        findings: [{ rule: 'links/deceptive', reason: 'a link', points: 4 }],
        time: NOON + 2_000,
      }),
    ]

    test.for<[query: HistoryQuery, refs: readonly string[]]>([
      [{}, ['CCCC', 'BBBB', 'AAAA']],
      [{ recipient: 'eve@example.org' }, ['BBBB']],
      [{ recipient: 'example.org' }, ['CCCC', 'BBBB', 'AAAA']],
      [{ recipient: 'xample.org' }, []],
      [{ sender: 'carl@example.net' }, ['CCCC']],
      [{ sender: 'lists.example.net' }, ['CCCC']],
      [{ sender: 'ANN@example.com' }, ['BBBB', 'AAAA']],
      [{ sender: 'bob@example.org' }, []],
      [{ ip: '2001:DB8:0::7' }, ['BBBB']],
      [{ ref: 'AAAA' }, ['AAAA']],
      [{ ref: 'ref=AAAA' }, ['AAAA']],
      [{ messageId: 'CCCC@example.com' }, ['CCCC']],
      [{ messageId: '<CCCC@example.com>' }, ['CCCC']],
      [{ rule: 'links/deceptive' }, ['CCCC']],
      [{ verdict: 'reject' }, ['BBBB']],
      [{ since: NOON + 1_000 }, ['CCCC', 'BBBB']],
      [{ until: NOON + 1_000 }, ['AAAA']],
      [{ domains: ['example.org'] }, ['CCCC', 'BBBB', 'AAAA']],
      [{ domains: ['example.net'] }, []],
      [{ domains: [] }, []],
      [{ addresses: ['EVE@example.org'] }, ['BBBB']],
      [{ addresses: ['bob@example.org', 'eve@example.org'], sender: 'carl@example.net' }, ['CCCC']],
      [{ addresses: ['ann@example.com'] }, []],
      [{ addresses: [], text: 'bob@example.org' }, []],
      [{ text: 'bob@example.org', addresses: ['eve@example.org'] }, []],
      [{ sender: 'example.com', verdict: 'accept', rule: 'rdns/generic' }, ['AAAA']],
      [{ text: 'eve@example.org' }, ['BBBB']],
      [{ text: 'carl@example.net' }, ['CCCC']],
      [{ text: 'lists.example.net' }, ['CCCC']],
      [{ text: '2001:db8::7' }, ['BBBB']],
      [{ text: ' ref=BBBB ' }, ['BBBB']],
      [{ text: '<AAAA@example.com>' }, ['AAAA']],
      [{ text: 'links/deceptive' }, ['CCCC']],
      [{ text: 'nothing of this' }, []],
    ])('for %o finds %o', async ([query, refs]) => {
      expect(await refsOf(await filled(...events), query)).toEqual(refs)
    })

    test('gives a line with all that a list shows', async () => {
      const history = await filled(...sessionOf('AAAA', { verdict: 'accept', dryRun: 'quarantine' }))
      expect((await history.search({})).entries).toEqual([
        {
          time: NOON,
          ref: 'AAAA',
          transaction: 1,
          ip: '192.0.2.1',
          reversePath: 'ann@example.com',
          recipient: 'bob@example.org',
          verdict: 'accept',
          dryRun: 'quarantine',
          score: 0.5,
          code: 250,
          from: 'ann@example.com',
          subject: 'Hello',
          messageId: '<AAAA@example.com>',
          delivery: 'delivered',
        },
      ])
    })

    test('says which messages were tagged', async () => {
      const history = await filled(
        ...sessionOf('AAAA', { verdict: 'accept', score: 4.5, tagged: true }),
        ...sessionOf('BBBB', { verdict: 'accept' }),
      )
      const { entries } = await history.search({})
      expect(entries.map(({ ref, tagged }) => [ref, tagged])).toEqual([
        ['BBBB', undefined],
        ['AAAA', true],
      ])
    })

    test('comes in pages, over several weeks, that miss nothing and repeat nothing', async () => {
      const week = 7 * 86_400_000
      const refs = Array.from({ length: 90 }, (_, index) => `R${index}`)
      const history = await filled(
        ...refs.flatMap((ref, index) => sessionOf(ref, { time: NOON - (2 - Math.floor(index / 30)) * week + index })),
      )
      const found: string[] = []
      let cursor: string | undefined
      do {
        const page = await history.search({ sender: 'example.com', limit: 7, ...(cursor !== undefined && { cursor }) })
        found.push(...page.entries.map(({ ref }) => ref))
        cursor = page.next
      } while (cursor !== undefined)
      expect(found).toEqual(refs.toReversed())
    })

    test('finds what a hostile client sent, whatever it is', async () => {
      const odd = `"'; DROP TABLE recipients; --"@example.org`
      const history = await filled(...sessionOf('AAAA', { recipient: odd, reversePath: '\u202e\0x'.repeat(50) }))
      expect(await refsOf(history, { recipient: odd })).toEqual(['AAAA'])
      for (const text of ['%', '_', '*', "'", '"', '\0', '', 'a'.repeat(100_000)])
        expect([text.slice(0, 9), await refsOf(history, { text })]).toEqual([text.slice(0, 9), []])
    })
  })

  describe('a session', () => {
    test('has all its events in their order, also those of another week, and no other’s', async () => {
      const later = deliveryEvent({ ref: 'AAAA', result: 'refused', time: NOON + 7 * 86_400_000 })
      const history = await filled(...sessionOf('AAAA'), ...sessionOf('AAAB'), later)
      const events = await history.get('AAAA')
      expect(events.map(({ type }) => type)).toEqual(['transaction', 'recipient', 'delivery', 'session', 'delivery'])
      expect(events).toEqual([...sessionOf('AAAA'), later])
      expect((await history.search({ ref: 'AAAA' })).entries).toMatchObject([{ delivery: 'refused' }])
      expect(await history.get('ZZZZ')).toEqual([])
    })

    test('a delivery is noted at its own recipient and transaction', async () => {
      const history = await filled(
        recipientEvent({ recipient: 'bob@example.org' }),
        recipientEvent({ recipient: 'eve@example.org' }),
        recipientEvent({ recipient: 'bob@example.org', transaction: 2 }),
        deliveryEvent({ recipient: 'bob@example.org', transaction: 2, result: 'deferred' }),
      )
      const { entries } = await history.search({})
      expect(entries.map(({ recipient, transaction, delivery }) => [recipient, transaction, delivery])).toEqual([
        ['bob@example.org', 2, 'deferred'],
        ['eve@example.org', 1, undefined],
        ['bob@example.org', 1, undefined],
      ])
    })
  })

  test('recipients are counted by the hour, by verdict, rule and domain', async () => {
    const hour = 3_600_000
    const history = await filled(
      ...sessionOf('AAAA'),
      ...sessionOf('BBBB', { verdict: 'reject', time: NOON + 1 }),
      ...sessionOf('CCCC', { time: NOON + hour, recipient: 'x@other.example' }),
      recipientEvent({ stage: 'rcpt', verdict: 'reject', recipient: 'x@anything.example' }),
    )
    const of = async (by: 'verdict' | 'rule' | 'domain', domains?: readonly string[]) =>
      (await history.aggregate({ since: NOON, by, ...(domains && { domains }) })).map(({ hour: at, name, count }) =>
        [(at - NOON) / hour, name, count].join(' '),
      )
    expect(await of('verdict')).toEqual(['0 accept 1', '0 reject 2', '1 accept 1'])
    expect(await of('rule')).toEqual(['0 rdns/generic 3', '1 rdns/generic 1'])
    expect(await of('domain')).toEqual(['0 example.org 2', '1 other.example 1'])
    expect(await of('domain', ['other.example'])).toEqual(['1 other.example 1'])
    expect(await history.aggregate({ since: NOON + hour, until: NOON + 2 * hour, by: 'verdict' })).toHaveLength(1)
  })

  describe('erasing an address', () => {
    test('removes it as recipient, reverse-path and author, and nothing else', async () => {
      const history = await filled(
        ...sessionOf('AAAA', { recipient: 'bob@example.org' }),
        ...sessionOf('BBBB', { reversePath: 'bob@example.org', recipient: 'eve@example.org' }),
        ...sessionOf('CCCC', { from: 'Bob@example.org', recipient: 'eve@example.org' }),
        transactionEvent({ ref: 'DDDD' }),
        recipientEvent({ ref: 'DDDD', recipient: 'bob@example.org' }),
        recipientEvent({ ref: 'DDDD', recipient: 'eve@example.org' }),
      )
      expect(await history.erase('BOB@example.org')).toBe(4)
      expect(await refsOf(history, {})).toEqual(['DDDD'])
      for (const ref of ['AAAA', 'BBBB', 'CCCC', 'DDDD'])
        expect(JSON.stringify(await history.get(ref)).toLowerCase()).not.toContain('bob@example.org')
      expect(await history.get('DDDD')).toHaveLength(2)
      expect(await history.erase('bob@example.org')).toBe(0)
    })
  })

  describe('actions of people', () => {
    const actions = [
      actionEvent({ action: 'sign-in', target: 'console', time: NOON - 8 * 86_400_000 }),
      actionEvent({ action: 'release', ref: 'AAAA', target: 'xK3', by: 'ann', time: NOON }),
      actionEvent({ action: 'allow', target: 'carl@example.net', by: 'eve', result: 'refused', time: NOON + 1 }),
    ]

    test.for<[query: AuditQuery, found: readonly number[]]>([
      [{}, [2, 1, 0]],
      [{ by: 'ann' }, [1]],
      [{ action: 'allow' }, [2]],
      [{ target: 'xK3' }, [1]],
      [{ by: 'ann', action: 'allow' }, []],
      [{ since: NOON + 1 }, [2]],
      [{ until: NOON }, [0]],
    ])('for %o are %o', async ([query, found]) => {
      const history = await filled(...actions, ...sessionOf('AAAA'))
      expect((await history.audit(query)).events).toEqual(found.map(index => actions[index]))
    })

    test('come in pages that miss nothing and repeat nothing', async () => {
      const many = Array.from({ length: 25 }, (_, index) =>
        actionEvent({ target: `t${index}`, time: NOON + (index - 12) * 86_400_000 }),
      )
      const history = await filled(...many)
      const found: string[] = []
      let cursor: string | undefined
      do {
        const page = await history.audit({ limit: 4, ...(cursor !== undefined && { cursor }) })
        found.push(...page.events.map(({ target }) => target))
        cursor = page.next
      } while (cursor !== undefined)
      expect(found).toEqual(many.map(({ target }) => target).toReversed())
    })

    test('about a message stand in its session', async () => {
      const history = await filled(...sessionOf('AAAA'), ...actions)
      expect((await history.get('AAAA')).map(({ type }) => type)).toEqual([
        ...['transaction', 'recipient', 'delivery', 'session', 'action'],
      ])
    })
  })

  describe('what an address has', () => {
    const all = async (history: History, address: string): Promise<readonly GatewayEvent[]> => {
      const events: GatewayEvent[] = []
      for await (const event of history.exported(address)) events.push(event)
      return events
    }

    test('is exported, each event once, the oldest first, and nothing of others', async () => {
      const mine = transactionEvent({ ref: 'AAAA' })
      const history = await filled(
        mine,
        recipientEvent({ ref: 'AAAA', recipient: 'bob@example.org' }),
        recipientEvent({ ref: 'AAAA', recipient: 'eve@example.org' }),
        deliveryEvent({ ref: 'AAAA', recipient: 'eve@example.org' }),
        ...sessionOf('BBBB', { reversePath: 'eve@example.org', time: NOON + 8 * 86_400_000 }),
        ...sessionOf('CCCC', { recipient: 'carl@example.org' }),
      )
      const events = await all(history, 'EVE@example.org')
      expect(events.map(({ ref, type }) => `${ref} ${type}`)).toEqual([
        ...['AAAA recipient', 'AAAA delivery', 'BBBB transaction', 'BBBB recipient', 'BBBB delivery'],
      ])
      expect(await all(history, 'nobody@example.org')).toEqual([])
    })

    test('is exported and erased where its mail was refused before any recipient', async () => {
      const refused = transactionEvent({ ref: 'AAAA', reversePath: 'eve@example.com', accepted: 0, refused: 0 })
      const history = await filled(
        refused,
        ...sessionOf('BBBB', { reversePath: 'eve@example.com' }),
        ...sessionOf('CCCC'),
      )
      const refs = async () => [...new Set((await all(history, 'Eve@example.com')).map(({ ref }) => ref))].sort()
      expect(await refs()).toEqual(['AAAA', 'BBBB'])
      expect(await history.erase('eve@example.com')).toBe(1)
      expect([await refs(), await history.get('AAAA')]).toEqual([[], []])
      expect(await history.get('CCCC')).toHaveLength(4)
    })

    test('is what erasing removes, however much it is', async () => {
      const refs = Array.from({ length: 450 }, (_, index) => `R${index}`)
      const history = await filled(...refs.flatMap((ref, index) => sessionOf(ref, { time: NOON + index * 1_000 })))
      const events = await all(history, 'bob@example.org')
      expect(events.filter(({ type }) => type === 'recipient').map(({ ref }) => ref)).toEqual(refs)
      expect(await history.erase('bob@example.org')).toBe(450)
      expect(await all(history, 'bob@example.org')).toEqual([])
      expect(await refsOf(history, {})).toEqual([])
    })
  })

  describe('privacy', () => {
    const DAY_MS = 86_400_000
    const old = [
      ...sessionOf('AAAA', {
        recipient: 'bob@example.org',
        ip: '192.0.2.77',
        time: NOON,
        findings: [
          { rule: 'dnsbl/listed', reason: '192.0.2.77 is listed; bob@example.org wrote 2001:db8:1:2::3', points: 1 },
        ],
      }),
      ...sessionOf('BBBB', { recipient: 'bob@example.org', ip: '2001:db8:1:2::3', time: NOON }),
      actionEvent({ by: 'ann', target: 'bob@example.org', time: NOON }),
    ]
    const WORDS = /bob@|ann@example|192\.0\.2\.77|1:2::3|Hello/

    test.for([
      ['by a hash, so that events of one person belong together', 'a key', /^~[0-9a-f]{12}@example\.org$/],
      ['by leaving them out, without a key', undefined, /^\*@example\.org$/],
    ] as const)('shortens what is old %s', async ([, key, form]) => {
      let now = NOON
      const hand: Clock = { now: () => now, monotonic: () => now, after: () => () => undefined }
      const history = await open({ privacy: { shortenAfter: '30d', ...(key !== undefined && { key }) }, clock: hand })
      history.append([...old, ...sessionOf('CCCC', { time: NOON + 39 * DAY_MS })])
      await history.flush()
      now += 40 * DAY_MS
      await history.tidy()
      const { entries } = await history.search({})
      expect(entries.map(({ ref, ip, recipient }) => [ref, ip, recipient])).toEqual([
        ['CCCC', '192.0.2.1', 'bob@example.org'],
        ['BBBB', '2001:db8:1::/48', expect.stringMatching(form)],
        ['AAAA', '192.0.2.0/24', expect.stringMatching(form)],
      ])
      expect(entries[1]?.recipient).toBe(entries[2]?.recipient)
      for (const ref of ['AAAA', 'BBBB']) expect(JSON.stringify(await history.get(ref))).not.toMatch(WORDS)
      expect(await refsOf(history, { recipient: 'bob@example.org' })).toEqual(['CCCC'])
      expect(await refsOf(history, { recipient: entries[1]?.recipient ?? '' })).toEqual(['BBBB', 'AAAA'])
      expect(await refsOf(history, { recipient: 'example.org', rule: 'dnsbl/listed' })).toEqual(['AAAA'])
      expect(await refsOf(history, { ip: '192.0.2.0/24' })).toEqual(['AAAA'])
      expect(await history.aggregate({ since: NOON - DAY_MS, until: NOON + DAY_MS, by: 'domain' })).toMatchObject([
        { name: 'example.org', count: 2 },
      ])
      expect((await history.audit({})).events).toMatchObject([{ by: 'ann', target: 'bob@example.org' }])
      await history.tidy()
      expect((await history.search({})).entries).toEqual(entries)
    })
  })

  test('an event that can never be written is left out and reported; the others of its batch are written', async () => {
    const wrong = recipientEvent({ ref: 'BBBB', recipient: undefined as never })
    const history = await filled(...sessionOf('AAAA'), wrong, ...sessionOf('CCCC'))
    expect(await refsOf(history, {})).toEqual(['CCCC', 'AAAA'])
    expect(await history.get('CCCC')).toEqual(sessionOf('CCCC'))
    expect(notices).toMatchObject([{ code: 'history/unwritable', reason: expect.stringContaining('1 events') }])
    expect(history.metrics().find(({ name }) => name === 'postern_history_unwritable_total')?.samples).toEqual([
      { value: 1 },
    ])
  })

  test('what does not fit into the queue is dropped, counted and reported once', async () => {
    const history = await open({ queue: '64kb' })
    const events = Array.from({ length: 500 }, (_, index) => recipientEvent({ ref: `R${index}` }))
    history.append(events)
    const dropped = history.metrics().find(({ name }) => name === 'postern_history_dropped_total')?.samples[0]
    expect(dropped).toMatchObject({ value: expect.any(Number) })
    expect(notices.map(({ code }) => code)).toEqual(['history/dropped'])
    await history.flush()
    const { entries } = await history.search({ limit: 500 })
    expect(entries.length + Number((dropped as { value: number }).value)).toBe(500)
  })
}
