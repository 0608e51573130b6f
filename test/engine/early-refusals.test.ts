/** Refusals by the address alone: the same as the session would be refused, or a session. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { access } from '../../src/filters/access/access.ts'
import type { NewListEntry } from '../../src/filters/lists/entry.ts'
import { lists } from '../../src/filters/lists/lists.ts'
import { senderLists } from '../../src/filters/lists/sender-lists.ts'
import { loadShedding } from '../../src/filters/load-shedding.ts'
import { recentlyRefused } from '../../src/filters/recently-refused/recently-refused.ts'
import { type Filter, type PosternOptions, postern, reject, shadow, thresholds, unless } from '../../src/index.ts'
import type { GatewayEvent } from '../../src/model/events.ts'
import type { Notice } from '../../src/model/services.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { clock } from '../../src/testing/clock.ts'
import { zone } from '../../src/testing/zone.ts'

const BAD = '198.51.100.66'
const deny = () => access({ deny: { networks: ['198.51.100.0/24', '2001:db8::/32'] } })

function gatewayOf(options: Partial<PosternOptions>) {
  const hand = clock()
  const events: GatewayEvent[] = []
  const notices: Notice[] = []
  const gateway = postern({
    filters: [deny()],
    dns: zone({}),
    clock: hand,
    name: 'mx.example.org',
    events: event => event.type === 'session' && events.push(event),
    notify: notice => notices.push(notice),
    ...options,
  })
  const value = (name: string) => gateway.metrics().find(metric => metric.name === name)?.samples
  return { gateway, hand, events, notices, value }
}

/** The reply that a session of this client gets at `connect`. */
async function connected({ gateway }: Pick<ReturnType<typeof gatewayOf>, 'gateway'>, ip = BAD) {
  const session = gateway.open({ ip, ref: 'REF1' })
  const { reply } = await session.connect()
  session.close()
  return reply
}

const withoutReference = ({ text, ...reply }: { readonly text: string }) => ({
  ...reply,
  text: text.replace(/ref=\w+/, 'ref='),
})

test('a denied address gets the reply of its session, and the event of a session is written', async () => {
  const early = gatewayOf({})
  const late = gatewayOf({})
  const reply = early.gateway.precheck(BAD)
  expect(withoutReference(reply as never)).toEqual(withoutReference(await connected(late)))
  const [event] = early.events
  const [expected] = late.events
  const ref = /ref=(\w+)/.exec(reply?.text ?? '')?.[1]
  expect(event).toEqual({ ...expected, ref, reply: { ...(expected as never as Event).reply, text: reply?.text } })
  expect(early.events).toHaveLength(1)
  expect(early.value('postern_decisions_total')).toEqual(late.value('postern_decisions_total'))
  expect(early.value('postern_findings_total')).toEqual([{ labels: { rule: 'access/network' }, value: 1 }])
  expect(early.value('postern_early_refusals_total')).toEqual([{ value: 1 }])
  expect(early.value('postern_sessions_total')).toEqual([{ value: 0 }])
})

interface Event {
  readonly reply: object
}

test('no other filter begins for an address that a list denies, wherever the list stands', () => {
  const begun: string[] = []
  const early: Filter = { name: 'early', order: 'early', connect: () => void begun.push('early') }
  const { gateway } = gatewayOf({ filters: [early, deny()] })
  expect(gateway.precheck(BAD)?.code).toBe(554)
  expect(begun).toEqual([])
})

test('a flood of one address is one event in five minutes; all of it is counted, and a notice says so', () => {
  const { gateway, hand, events, notices, value } = gatewayOf({})
  for (let index = 0; index < 1_000; index += 1) gateway.precheck(BAD)
  for (let index = 0; index < 1_000; index += 1) gateway.precheck(`2001:db8::${index.toString(16)}`)
  expect(events).toHaveLength(2)
  expect(new Set(events.map(event => (event as { ref: string }).ref)).size).toBe(2)
  expect(value('postern_early_refusals_total')).toEqual([{ value: 2_000 }])
  hand.pass(61_000)
  hand.pass(600_000)
  expect(notices.filter(({ code }) => code.startsWith('gateway/'))).toMatchObject([
    { code: 'gateway/refused-again', reason: expect.stringContaining('1998 connections'), level: 'info' },
  ])
  gateway.precheck(BAD)
  expect(events).toHaveLength(3)
})

test('a closed gateway reports nothing more', async () => {
  const { gateway, hand, notices } = gatewayOf({})
  gateway.precheck(BAD)
  gateway.precheck(BAD)
  await gateway.close()
  hand.pass(120_000)
  expect(notices).toEqual([])
})

const refused = reject('5.7.1', 'listed', { close: true })
const checking = (checks: Filter['checks']): Filter => ({
  name: 'list',
  ...(checks && { checks }),
  precheck: () => refused,
  connect: () => refused,
})

describe('what a session is not refused for, or not at once, is not refused early', () => {
  test.for<readonly [string, Partial<PosternOptions>]>([
    ['the gateway is in shadow mode', { mode: 'shadow' }],
    ['the filter is a dry run', { filters: [shadow(deny())] }],
    ['the client is exempt by unless', { filters: unless(({ ip }) => ip === BAD, deny()) }],
    ['an entry allows the client', { filters: [access({ allow: { networks: [BAD] }, deny: { networks: [BAD] } })] }],
    ['the client stays connected', { filters: [access({ deny: { networks: [BAD] }, close: false })] }],
    ['the policy refuses nothing', { policy: (findings, at) => thresholds()(findings.slice(0, 0), at) }],
    [
      'the client is trusted, and the filter checks identity',
      { trustedNetworks: [BAD], filters: [checking('identity')] },
    ],
    ['it is a forwarder', { forwarders: [BAD], filters: [checking('identity')] }],
    ['points alone decide nothing', { filters: [{ name: 'points', precheck: () => ({ reason: 'bad', points: 20 }) }] }],
    [
      'it counts for some recipients',
      { filters: [{ name: 'some', precheck: () => ({ ...refused, recipients: [] }) }] },
    ],
    ['it is exempt from expensive checks', { filters: loadShedding([checking('identity')]) }],
  ])('%s', async ([, options]) => {
    const all = gatewayOf(options)
    expect(all.gateway.precheck(BAD)).toBeUndefined()
    expect(all.events).toEqual([])
    expect(all.value('postern_early_refusals_total') ?? [{ value: 0 }]).toEqual([{ value: 0 }])
  })

  test('it may be a forwarder by its name, which is not known yet', () => {
    const { gateway } = gatewayOf({ forwarders: ['mx.example.net'], filters: [checking('identity')] })
    expect(gateway.precheck(BAD)).toBeUndefined()
    expect(
      gatewayOf({ forwarders: ['mx.example.net'], filters: [checking(undefined)] }).gateway.precheck(BAD),
    ).toBeDefined()
  })

  test('a trusted client is refused by what no client is exempt from, early as in its session', async () => {
    const all = gatewayOf({ trustedNetworks: [BAD] })
    expect(all.gateway.precheck(BAD)?.code).toBe((await connected(all)).code)
    expect(all.events[0]).toMatchObject({ type: 'session', client: 'trusted', ip: BAD })
  })

  test('a filter that throws is asked again in the session', async () => {
    const broken: Filter = {
      name: 'broken',
      failure: 'defer',
      precheck: () => {
        throw new Error('lost')
      },
    }
    expect(gatewayOf({ filters: [broken] }).gateway.precheck(BAD)).toBeUndefined()
    const before = gatewayOf({ filters: [broken, deny()] })
    expect(before.gateway.precheck(BAD)?.code).toBe(554)
  })

  test('a policy that throws defers early as in the session', async () => {
    const all = gatewayOf({
      policy: () => {
        throw new Error('lost')
      },
    })
    const reply = all.gateway.precheck(BAD)
    expect(withoutReference(reply as never)).toEqual(withoutReference(await connected(all)))
    expect(reply?.code).toBe(421)
  })
})

test('a dry run of recently refused clients closes no connection', async () => {
  const all = gatewayOf({ filters: [shadow(recentlyRefused()), { name: 'list', connect: () => refused }] })
  await connected(all)
  await connected(all)
  expect(all.gateway.precheck(BAD)).toBeUndefined()
})

describe('lists of the store', () => {
  async function withEntries(...entries: readonly NewListEntry[]) {
    const hand = clock()
    const store = memoryStore({ clock: hand })
    const edited = senderLists({ store, clock: hand })
    for (const entry of entries) await edited.add(entry)
    return { ...gatewayOf({ filters: [lists()], clock: hand, store }), hand, edited }
  }
  const global: NewListEntry = { effect: 'deny', sender: '198.51.100.0/24' }

  test('refuse early once they are in memory, and only while that is confirmed', async () => {
    const all = await withEntries(global)
    expect(all.gateway.precheck(BAD)).toBeUndefined()
    expect((await connected(all)).code).toBe(554)
    expect(all.gateway.precheck(BAD)?.code).toBe(554)
    expect(all.gateway.precheck('192.0.2.1')).toBeUndefined()
    all.hand.pass(5_000)
    expect(all.gateway.precheck(BAD)).toBeUndefined()
    await connected(all, '192.0.2.1')
    expect(all.gateway.precheck(BAD)?.code).toBe(554)
  })

  test.for<readonly [string, readonly NewListEntry[], boolean]>([
    ['a denial for one recipient', [{ ...global, scope: 'bob@example.org' }], false],
    ['a recipient may allow', [global, { effect: 'allow', sender: 'example.net', scope: 'bob@example.org' }], false],
    [
      'a denial that is enforced',
      [
        { ...global, enforced: true },
        { ...global, scope: 'example.org' },
      ],
      true,
    ],
    ['the message may show an allowed sender', [global, { effect: 'allow', sender: 'ann@example.net' }], false],
    ['a name may allow the client', [global, { effect: 'allow', sender: 'host:mx.example.net' }], false],
    ['a narrower entry allows', [global, { effect: 'allow', sender: BAD }], false],
    ['a wider entry allows', [global, { effect: 'allow', sender: '198.51.0.0/16' }], true],
    ['an entry has expired', [{ ...global, expires: 1 }], false],
  ])('%s', async ([, entries, isRefused]) => {
    const all = await withEntries(...entries.filter(({ expires }) => expires === undefined))
    const { expires } = entries[0] as NewListEntry
    if (expires !== undefined) await all.edited.add({ ...global, expires: all.hand.now() + 1_000 })
    await connected(all, '192.0.2.1')
    all.hand.pass(expires === undefined ? 0 : 2_000)
    expect(all.gateway.precheck(BAD) !== undefined).toBe(isRefused)
    // The oracle: the session. It may refuse more, by names that only it knows.
    if (isRefused) expect((await connected(all)).code).toBe(554)
  })
})

test('whatever lists say, an early refusal is the refusal of the session', async () => {
  const network = fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }), fc.constantFrom(16, 24, 31, 32))
    .map(([c, d, prefix]) =>
      prefix === 16
        ? '198.51.0.0/16'
        : prefix === 24
          ? `198.51.${c}.0/24`
          : `198.51.${c}.${prefix === 31 ? d & 2 : d}/${prefix}`,
    )
  const entry = fc.record({
    effect: fc.constantFrom('allow' as const, 'deny' as const),
    sender: fc.oneof(network, fc.constantFrom('ann@example.net', 'host:mx.example.net', 'spf:example.net')),
    enforced: fc.boolean(),
    scope: fc.constantFrom(undefined, undefined, 'example.org'),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.record({ allow: fc.array(network, { maxLength: 3 }), deny: fc.array(network, { maxLength: 3 }) }),
      fc.uniqueArray(entry, { maxLength: 4, selector: ({ sender, scope }) => `${sender} ${scope}` }),
      fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })),
      async ({ allow, deny }, entries, [c, d]) => {
        const hand = clock()
        const store = memoryStore({ clock: hand })
        const edited = senderLists({ store, clock: hand })
        for (const { scope, ...rest } of entries) await edited.add({ ...rest, ...(scope && { scope }) })
        const filters = [lists(), access({ allow: { networks: allow }, deny: { networks: deny } })]
        const all = gatewayOf({ filters, store, clock: hand })
        await connected(all, '192.0.2.1')
        const reply = all.gateway.precheck(`198.51.${c}.${d}`)
        const late = await connected(all, `198.51.${c}.${d}`)
        if (reply !== undefined) expect(withoutReference(reply)).toEqual(withoutReference(late))
        // The other way round: what needs neither names nor the message is refused early.
        else if (!entries.some(({ sender }) => sender.startsWith('host:'))) expect(late.code).toBe(220)
      },
    ),
    { numRuns: 200 },
  )
})
