/** What every quarantine does, whatever it keeps its messages in: run by the test of each store. */
import type { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Notice } from '../../src/model/services.ts'
import type {
  HeldAction,
  HeldQuarantineOptions,
  HeldQuery,
  NewHeldMessage,
  Quarantine,
} from '../../src/quarantine/index.ts'
import { clock } from '../../src/testing/index.ts'

const MESSAGE = 'From: ann@example.com\r\nSubject: secret offer\r\n\r\nThe text of the message.\r\n'
export const KEY = Buffer.alloc(32, 3).toString('base64')
const DAY_MS = 86_400_000

/** A store that is empty at the beginning of each test. */
export interface ContractStore {
  /** Opens a quarantine; the tests close it. */
  readonly open: (options: HeldQuarantineOptions) => Quarantine | Promise<Quarantine>
  /** The ids of messages whose bytes are kept. */
  readonly kept: () => Promise<readonly string[]>
}

export async function textOf(stream: Readable): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

export function held(fields: Partial<NewHeldMessage> = {}, message = MESSAGE): NewHeldMessage {
  return {
    ref: 'K3X9ABCD',
    transaction: 1,
    kind: 'spam',
    ip: '192.0.2.1',
    reversePath: 'ann@example.com',
    recipients: ['bob@example.org'],
    from: 'ann@example.com',
    subject: 'secret offer',
    score: 7.5,
    findings: [{ rule: 'wording/pitch', reason: 'an offer', points: 7.5 }],
    content: (async function* () {
      yield Buffer.from(message)
    })(),
    size: message.length,
    ...fields,
  }
}

export async function idOf(quarantine: Quarantine, fields: Partial<NewHeldMessage> = {}): Promise<string> {
  const result = await quarantine.hold(held(fields))
  if (result.kind !== 'held') throw new Error(result.reason)
  return result.message.id
}

export const action = (id: string, fields: Partial<HeldAction> = {}): HeldAction => ({
  id,
  recipient: 'bob@example.org',
  by: 'bob',
  role: 'user',
  ...fields,
})

export function quarantineContract(store: ContractStore): void {
  let notices: Notice[]
  /** What was delivered, by the name of the delivery. */
  let delivered: { readonly name: string; readonly recipient: string; readonly text: string }[]
  let failure: Error | undefined
  const open: Quarantine[] = []

  beforeEach(() => {
    notices = []
    delivered = []
    failure = undefined
  })
  afterEach(async () => {
    for (const quarantine of open.splice(0)) await quarantine.close()
  })

  async function quarantineWith(options: Partial<HeldQuarantineOptions> = {}): Promise<Quarantine> {
    const quarantine = await store.open({
      notify: notice => notices.push(notice),
      deliver: async ({ entry, name, open: opened }) => {
        if (failure !== undefined) throw failure
        delivered.push({ name, recipient: entry.recipient, text: await textOf(opened()) })
      },
      ...options,
    })
    open.push(quarantine)
    return quarantine
  }

  describe.for([
    ['in the clear', undefined],
    ['encrypted', KEY],
  ] as const)('a message that is held %s', ([, key]) => {
    const options = key === undefined ? {} : { key }

    test('is read back as it was, with all that was said of it', async () => {
      const quarantine = await quarantineWith(options)
      const result = await quarantine.hold(held({ recipients: ['bob@example.org', 'Eve@example.org'] }))
      const { id } = (result as Extract<typeof result, { kind: 'held' }>).message
      const { content: _content, ...said } = held()
      expect(await quarantine.get(id)).toEqual({
        ...said,
        id,
        time: expect.any(Number),
        expires: expect.any(Number),
        recipients: [
          { recipient: 'bob@example.org', state: 'held', expires: expect.any(Number) },
          { recipient: 'Eve@example.org', state: 'held', expires: expect.any(Number) },
        ],
      })
      expect(await textOf(await quarantine.open(id))).toBe(MESSAGE)
      expect(await quarantine.usage()).toEqual({ messages: 1, bytes: MESSAGE.length })
    })

    test('is there after a restart', async () => {
      const first = await quarantineWith(options)
      const id = await idOf(first)
      await first.close()
      expect((await (await quarantineWith(options)).list()).entries.map(entry => entry.id)).toEqual([id])
    })

    test('of several megabytes is read back byte by byte', async () => {
      const quarantine = await quarantineWith(options)
      const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * index) % 251))
      const content = (async function* () {
        for (let at = 0; at < bytes.length; at += 70_001) yield bytes.subarray(at, at + 70_001)
      })()
      const id = await idOf(quarantine, { content, size: bytes.length })
      const parts: Buffer[] = []
      for await (const part of await quarantine.open(id)) parts.push(part as Buffer)
      expect(Buffer.concat(parts).equals(bytes)).toBe(true)
    })

    test('is released once, with a field that says so, however often it is asked for', async () => {
      const quarantine = await quarantineWith(options)
      const id = await idOf(quarantine)
      const asked = Array.from({ length: 5 }, () => quarantine.release(action(id, { why: 'my bank' })))
      const kinds = (await Promise.all(asked)).map(({ kind }) => kind)
      expect(kinds.filter(kind => kind === 'done')).toHaveLength(1)
      expect(delivered).toEqual([
        expect.objectContaining({
          recipient: 'bob@example.org',
          text: `X-Postern-Released: ${id}; by=bob\r\n${MESSAGE}`,
        }),
      ])
      expect(await quarantine.release(action(id))).toEqual({ kind: 'done-before', state: 'released' })
      expect((await quarantine.list({ state: 'released' })).entries).toMatchObject([{ id, by: 'bob', why: 'my bank' }])
    })
  })

  test.for<[query: HeldQuery, subjects: readonly string[]]>([
    [{}, ['3', '2', '2', '1']],
    [{ recipient: 'BOB@example.org' }, ['2', '1']],
    [{ recipient: 'nobody@example.org' }, []],
    [{ domains: ['other.example'] }, ['3', '2']],
    [{ domains: ['Example.org', 'other.example'], kind: 'spam' }, ['2', '2', '1']],
    [{ kind: 'malware' }, ['3']],
    [{ state: 'released' }, []],
    [{ since: Date.UTC(2100, 0) }, []],
  ])('%o lists %o', async ([query, subjects]) => {
    const quarantine = await quarantineWith()
    await idOf(quarantine, { subject: '1' })
    await idOf(quarantine, { subject: '2', recipients: ['bob@example.org', 'x@other.example'] })
    await idOf(quarantine, { subject: '3', kind: 'malware', recipients: ['y@other.example'] })
    expect((await quarantine.list(query)).entries.map(({ subject }) => subject)).toEqual(subjects)
  })

  test('a list comes in pages that miss nothing and repeat nothing', async () => {
    const quarantine = await quarantineWith()
    const ids: string[] = []
    for (let index = 0; index < 7; index += 1) ids.push(await idOf(quarantine))
    const found: string[] = []
    let cursor: string | undefined
    do {
      const page = await quarantine.list({ limit: 3, ...(cursor !== undefined && { cursor }) })
      found.push(...page.entries.map(({ id }) => id))
      cursor = page.next
    } while (cursor !== undefined)
    expect(found).toEqual(ids.toReversed())
  })

  test('the message goes when no decision about it can be taken back any more, and not before', async () => {
    const hand = clock({ now: Date.UTC(2026, 10, 29) } as never)
    const quarantine = await quarantineWith({ clock: hand, undo: '1h' })
    const id = await idOf(quarantine, { recipients: ['bob@example.org', 'eve@example.org'] })
    expect(await quarantine.delete(action(id))).toEqual({ kind: 'done' })
    await quarantine.tidy()
    expect(await quarantine.release(action(id))).toEqual({ kind: 'done-before', state: 'deleted' })
    expect(await quarantine.release(action(id, { recipient: 'eve@example.org' }))).toEqual({ kind: 'done' })
    await hand.advance(3_600_000 - 1)
    await quarantine.tidy()
    expect(await store.kept()).toEqual([id])
    await hand.advance(1)
    await quarantine.tidy()
    expect([(await quarantine.get(id))?.recipients.map(({ state }) => state), await quarantine.usage()]).toEqual([
      ['deleted', 'released'],
      { messages: 0, bytes: 0 },
    ])
    expect(await store.kept()).toEqual([])
    await expect(quarantine.open(id)).rejects.toThrow('no such message')
  })

  test('what has expired is removed', async () => {
    const hand = clock({ now: Date.UTC(2026, 10, 29) } as never)
    const quarantine = await quarantineWith({ clock: hand, keep: '2d' })
    const id = await idOf(quarantine)
    await hand.advance(2 * DAY_MS - 1)
    await quarantine.tidy()
    expect(await quarantine.get(id)).toBeDefined()
    await hand.advance(1)
    await quarantine.tidy()
    expect([await quarantine.get(id), await store.kept()]).toEqual([undefined, []])
  })

  describe('a release', () => {
    test('that the next hop does not take leaves the message held', async () => {
      const quarantine = await quarantineWith()
      const id = await idOf(quarantine)
      failure = new Error('450 mailbox full')
      expect(await quarantine.release(action(id))).toEqual({ kind: 'failed', reason: '450 mailbox full' })
      expect(notices).toMatchObject([
        { code: 'quarantine/failed', reason: expect.stringContaining('450 mailbox full') },
      ])
      failure = undefined
      expect(await quarantine.release(action(id))).toEqual({ kind: 'done' })
    })

    test('that a crash interrupts goes on later, in one process, under the same name', async () => {
      const hand = clock()
      let hang = true
      const names: string[] = []
      const deliver: HeldQuarantineOptions['deliver'] = async ({ name }) => {
        names.push(name)
        if (hang) await new Promise(() => undefined)
      }
      const first = await quarantineWith({ clock: hand, deliver })
      const id = await idOf(first)
      void first.release(action(id))
      await expect.poll(() => names.length).toBe(1)
      hang = false
      const others = [await quarantineWith({ clock: hand, deliver }), await quarantineWith({ clock: hand, deliver })]
      expect(names).toHaveLength(1)
      expect(await others[0]?.release(action(id))).toEqual({ kind: 'failed', reason: 'it is being released' })
      await hand.advance(1_000_000)
      await Promise.all(others.map(other => other.tidy()))
      expect(names).toEqual([names[0], names[0]])
      expect(await others[0]?.release(action(id))).toEqual({ kind: 'done-before', state: 'released' })
    })

    test('that has begun is ended, also where the message expires meanwhile', async () => {
      const hand = clock()
      const texts: string[] = []
      const delivery = Promise.withResolvers<void>()
      const deliver: HeldQuarantineOptions['deliver'] = async ({ open }) => {
        await delivery.promise
        texts.push(await textOf(open()))
      }
      const quarantine = await quarantineWith({ clock: hand, keep: '1d', deliver })
      const id = await idOf(quarantine)
      await hand.advance(DAY_MS - 1)
      const released = quarantine.release(action(id))
      await expect.poll(async () => (await quarantine.get(id))?.recipients[0]?.state).toBe('releasing')
      await hand.advance(1_000)
      await quarantine.tidy()
      expect(await store.kept()).toEqual([id])
      delivery.resolve()
      expect(await released).toEqual({ kind: 'done' })
      expect(texts).toEqual([expect.stringContaining('The text of the message.')])
      await quarantine.tidy()
      expect(await quarantine.get(id)).toBeUndefined()
    })

    test('of a message that is not there, or for another recipient, does nothing', async () => {
      const quarantine = await quarantineWith()
      const id = await idOf(quarantine)
      for (const wrong of [
        action('x'.repeat(16)),
        action('../index.db'),
        action('a\0b'),
        action(id, { recipient: 'eve@example.org' }),
      ])
        expect(await quarantine.release(wrong)).toEqual({ kind: 'unknown' })
      expect(delivered).toEqual([])
    })
  })

  test('a release that the role may not do is forbidden, and changes nothing', async () => {
    const quarantine = await quarantineWith()
    const id = await idOf(quarantine, { kind: 'malware' })
    expect(await quarantine.release(action(id, { role: 'operator' }))).toMatchObject({ kind: 'forbidden' })
    expect((await quarantine.get(id))?.recipients).toMatchObject([{ recipient: 'bob@example.org', state: 'held' }])
  })

  describe('room', () => {
    test('that is used up is reported once, and nothing is written; when there is room again, it is held', async () => {
      const quarantine = await quarantineWith({ size: '64kb' })
      const large = 'x'.repeat(40_000)
      const first = await quarantine.hold(held({}, large))
      for (let times = 0; times < 2; times += 1)
        expect(await quarantine.hold(held({}, large))).toMatchObject({
          kind: 'full',
          reason: expect.stringContaining('65536'),
        })
      expect(notices.map(({ code }) => code)).toEqual(['quarantine/full'])
      expect(await store.kept()).toHaveLength(1)
      // What could still be taken back goes when room is needed.
      await quarantine.delete(action((first as Extract<typeof first, { kind: 'held' }>).message.id))
      expect((await quarantine.hold(held({}, large))).kind).toBe('held')
    })

    test('of one recipient is bounded, whatever the others have', async () => {
      const quarantine = await quarantineWith({ each: { messages: 2 } })
      await idOf(quarantine)
      await idOf(quarantine)
      expect((await quarantine.hold(held())).kind).toBe('full')
      expect((await quarantine.hold(held({ recipients: ['eve@example.org'] }))).kind).toBe('held')
    })
  })

  describe('the budget of a recipient', () => {
    test('in bytes is its own; others are held, and it is said aloud once an hour whose it is', async () => {
      const hand = clock()
      const each = { size: '64kb' } as const
      const quarantine = await quarantineWith({ clock: hand, each, recipients: { 'eve@example.org': { size: '1mb' } } })
      const both = held({ recipients: ['bob@example.org', 'Eve@example.org'] }, 'x'.repeat(40_000))
      const holdAgain = () => quarantine.hold({ ...both, content: held({}, 'x'.repeat(40_000)).content })
      expect(await holdAgain()).toMatchObject({ kind: 'held', full: [] })
      for (let times = 0; times < 3; times += 1)
        expect(await holdAgain()).toMatchObject({
          kind: 'held',
          full: ['bob@example.org'],
          message: { recipients: [{ recipient: 'Eve@example.org' }] },
        })
      expect(notices).toMatchObject([
        { code: 'quarantine/full', reason: expect.stringContaining('of bob@example.org') },
      ])
      await hand.advance(3_600_000)
      await holdAgain()
      expect(notices).toHaveLength(2)
    })

    test('in days ends for it alone', async () => {
      const hand = clock()
      const recipients = { 'Other.example': { keep: '2d' } } as const
      const quarantine = await quarantineWith({ clock: hand, keep: '9d', recipients })
      const id = await idOf(quarantine, { recipients: ['bob@example.org', 'x@other.example'] })
      await hand.advance(2 * DAY_MS)
      await quarantine.tidy()
      expect((await quarantine.get(id))?.recipients.map(({ recipient }) => recipient)).toEqual(['bob@example.org'])
      expect(await quarantine.release(action(id, { recipient: 'x@other.example' }))).toEqual({ kind: 'unknown' })
      await hand.advance(7 * DAY_MS)
      await quarantine.tidy()
      expect(await quarantine.get(id)).toBeUndefined()
    })

    test('of messages counts those that wait for a decision', async () => {
      const quarantine = await quarantineWith({ each: { messages: 1 } })
      const id = await idOf(quarantine)
      expect((await quarantine.hold(held())).kind).toBe('full')
      await quarantine.delete(action(id))
      expect((await quarantine.hold(held())).kind).toBe('held')
      // Taking a deletion back is no new mail.
      expect(await quarantine.restore(action(id))).toEqual({ kind: 'done' })
      expect((await quarantine.hold(held())).kind).toBe('full')
    })
  })

  test('a quarantine that is nearly full says so, and that there is room again', async () => {
    const quarantine = await quarantineWith({ size: '64kb' })
    const id = await idOf(quarantine, { size: 60_000 })
    await quarantine.tidy()
    await quarantine.tidy()
    expect(notices.map(({ code }) => code)).toEqual(['quarantine/nearly-full'])
    expect(quarantine.metrics().find(({ name }) => name === 'postern_quarantine_bytes')?.samples).toEqual([
      { value: 60_000 },
    ])
    await quarantine.delete(action(id))
    await quarantine.hold(held({ size: 60_000 }))
    await quarantine.delete(action((await quarantine.list()).entries[0]?.id ?? ''))
    await quarantine.hold(held({ size: 20_000 }))
    await quarantine.tidy()
    expect(notices.map(({ code }) => code)).toEqual(['quarantine/nearly-full', 'quarantine/room'])
  })

  describe('a deletion that is taken back', () => {
    test('holds the message again, as long as its bytes are kept', async () => {
      const hand = clock()
      const quarantine = await quarantineWith({ clock: hand, undo: '1h' })
      const id = await idOf(quarantine)
      expect(await quarantine.restore(action(id))).toMatchObject({ kind: 'failed' })
      await quarantine.delete(action(id))
      await hand.advance(3_600_000 - 1)
      await quarantine.tidy()
      expect(await quarantine.restore(action(id))).toEqual({ kind: 'done' })
      await hand.advance(DAY_MS)
      await quarantine.tidy()
      expect(await textOf(await quarantine.open(id))).toBe(MESSAGE)
      await quarantine.delete(action(id))
      await hand.advance(3_600_000)
      await quarantine.tidy()
      expect(await quarantine.restore(action(id))).toMatchObject({ kind: 'failed' })
    })

    test('is none for a message that was released', async () => {
      const quarantine = await quarantineWith()
      const id = await idOf(quarantine)
      await quarantine.release(action(id))
      expect(await quarantine.restore(action(id))).toEqual({ kind: 'done-before', state: 'released' })
    })
  })

  test('what has to follow a decision is noted with it, and the bytes stay until it is done', async () => {
    const hand = clock()
    const quarantine = await quarantineWith({ clock: hand, key: KEY })
    const id = await idOf(quarantine)
    await quarantine.delete(action(id, { steps: ['train', 'record'] }))
    await hand.advance(3 * DAY_MS)
    await quarantine.tidy()
    expect((await quarantine.list({ pending: true })).entries).toMatchObject([{ id, pending: ['train', 'record'] }])
    expect(await textOf(await quarantine.open(id))).toBe(MESSAGE)
    const allowed = { id: 'k3x9', sender: 'ann@example.com', scope: 'bob@example.org' }
    await quarantine.note(id, 'BOB@example.org', { pending: [], trained: 'spam', allowed })
    expect((await quarantine.get(id))?.recipients).toMatchObject([{ role: 'user', trained: 'spam', allowed }])
    expect((await quarantine.list({ pending: true })).entries).toEqual([])
    await quarantine.tidy()
    await expect(quarantine.open(id)).rejects.toThrow('no such message')
    expect(await quarantine.note('x'.repeat(16), 'bob@example.org', { trained: null })).toBe(false)
  })

  test('a message for which there is no room is not read, and not written', async () => {
    const quarantine = await quarantineWith({ size: '64kb' })
    let isRead = false
    const content = (async function* () {
      isRead = true
      yield Buffer.alloc(70_000)
    })()
    expect((await quarantine.hold(held({ content, size: 70_000 }))).kind).toBe('full')
    expect(isRead).toBe(false)
  })

  test('closing waits for what is being tidied, and nothing begins afterwards', async () => {
    const hand = clock()
    const quarantine = await quarantineWith({ clock: hand })
    const tidying = quarantine.tidy()
    await quarantine.close()
    await tidying
    await hand.advance(DAY_MS)
    expect(notices).toEqual([])
    await expect(quarantine.list()).rejects.toThrow('closed')
  })

  test('a message that breaks off is not held, and leaves nothing', async () => {
    const quarantine = await quarantineWith()
    const content = (async function* () {
      yield Buffer.from('half')
      throw new Error('the client has left')
    })()
    await expect(quarantine.hold(held({ content }))).rejects.toThrow('the client has left')
    expect(await store.kept()).toEqual([])
    expect(await quarantine.usage()).toEqual({ messages: 0, bytes: 0 })
  })
}
