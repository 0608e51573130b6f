/** Digests: to the right reader, at the right time, once over all nodes and after every crash. */
import PostalMime from 'postal-mime'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { digestCheck } from '../../src/digest/check.ts'
import { type Digests, newDigests } from '../../src/digest/digests.ts'
import { Links } from '../../src/digest/links.ts'
import type { DigestOptions } from '../../src/digest/types.ts'
import { Mailer } from '../../src/mailing/mailer.ts'
import { wrongIn } from '../../src/model/options.ts'
import { BOB, heldWorld } from './held.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** 2026-11-30 06:00 UTC; the manual clock begins at another time. */
const SIX = Date.UTC(2026, 10, 30, 6)

interface SentDigest {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly links: readonly string[]
}

let world: Awaited<ReturnType<typeof heldWorld>>
/** What the next hop has, by recipient and name: it takes each once. */
let mailbox: Map<string, Uint8Array>
let refuse: (recipient: string) => string | undefined

beforeEach(async () => {
  world = await heldWorld()
  mailbox = new Map()
  refuse = () => undefined
  await world.clock.advance(SIX - world.clock.now())
})
afterEach(() => world[Symbol.asyncDispose]())

function digestsWith(
  options: Partial<DigestOptions> = {},
  hooks: { readonly after?: () => Promise<never> } = {},
): Digests {
  const mailer = new Mailer({
    mail: { from: 'postern@example.org' },
    send: async ({ recipient, name, content }) => {
      const reason = refuse(recipient)
      if (reason !== undefined) throw new Error(reason)
      if (!mailbox.has(`${recipient} ${name}`)) mailbox.set(`${recipient} ${name}`, content)
      await hooks.after?.()
    },
  })
  const { quarantine, tokens, store, notices, clock } = world
  const digest = { url: 'https://mx.example.org', ...options }
  const links = new Links(tokens, digest.url)
  const notify = (notice: (typeof notices)[number]) => void notices.push(notice)
  return newDigests({ digest, quarantine, scope: 'mx1', mailer, links, store, notify, clock })
}

async function sent(): Promise<readonly SentDigest[]> {
  return await Promise.all(
    Array.from(mailbox, async ([key, content]) => {
      const { subject = '', text = '', html = '' } = await PostalMime.parse(content)
      const links = Array.from(text.matchAll(/https:\/\/\S+/g), ([link]) => link)
      return { to: key.split(' ')[0] ?? '', subject, text, html, links }
    }),
  )
}
const readers = async () => (await sent()).map(({ to }) => to).toSorted()

test('each recipient gets one, once a day, with who sent what, why it is held, and links', async () => {
  const digests = digestsWith()
  await digests.run()
  await world.hold({ subject: 'An invoice' })
  await world.hold({ subject: 'A prize', findings: [{ rule: 'dnsbl/listed', reason: 'x', points: 5 }] })
  await world.hold({ recipients: ['eve@example.org'] })
  await digests.run()
  expect(await sent()).toEqual([])
  await world.clock.advance(HOUR_MS + MINUTE_MS)
  await digests.run()
  await digests.run()
  expect(await readers()).toEqual([BOB, 'eve@example.org'])
  const bobs = (await sent()).find(({ to }) => to === BOB)
  expect(bobs?.subject).toBe('2 messages held for you (Nov 30, 2026)')
  for (const words of ['An invoice', 'A prize', 'ann@example.com', 'its words are those of advertising', 'block list'])
    for (const body of [bobs?.text, bobs?.html]) expect(body).toContain(words)
  expect(bobs?.text.indexOf('A prize')).toBeLessThan(bobs?.text.indexOf('An invoice') ?? 0)
  expect(bobs?.links).toHaveLength(6)
  const page = await world.answer(new Request(bobs?.links[0] ?? ''))
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('A prize')])
  await world.clock.advance(DAY_MS)
  await digests.run()
  expect(await sent()).toHaveLength(2)
})

test('what was held before the last time of day, and what was decided on meanwhile, is in none', async () => {
  await world.hold()
  await world.clock.advance(DAY_MS)
  const digests = digestsWith()
  await digests.run()
  const id = await world.hold()
  await world.releaser.release({ id, recipient: BOB, by: BOB, role: 'user' })
  await world.clock.advance(2 * HOUR_MS)
  await digests.run()
  expect(await sent()).toEqual([])
})

test.for<[zone: string, at: string, hour: number]>([
  ['UTC', '06:30', 6.5],
  ['Asia/Shanghai', '15:00', 7],
  ['America/New_York', '02:15', 7.25],
])('in %s the digest of %s comes then', async ([zone, at, hour]) => {
  const digests = digestsWith({ rules: [{ zone, at }] })
  await digests.run()
  await world.hold()
  await world.clock.advance((hour - 6) * HOUR_MS + 59_000)
  await digests.run()
  expect(await sent()).toEqual([])
  await world.clock.advance(1_000)
  await digests.run()
  expect(await readers()).toEqual([BOB])
})

test('the digest of an operator lists the mail of their domains, and links what an operator may do', async () => {
  const digests = digestsWith({ rules: [{ for: ['Example.org'], to: 'ops@example.org' }, { for: ['other.example'] }] })
  await digests.run()
  await world.hold({ recipients: [BOB, 'x@other.example'], kind: 'phishing' })
  await world.hold({ recipients: ['y@third.example'] })
  await world.clock.advance(2 * HOUR_MS)
  await digests.run()
  expect(await readers()).toEqual(['ops@example.org', 'x@other.example'])
  const [ops, user] = await sent()
  expect(ops?.text).toContain(`To: ${BOB}`)
  expect(ops?.text).not.toContain('other.example')
  expect(ops?.links).toHaveLength(3)
  // A user may not release it: the digest says who may, and links the deletion alone.
  expect(user?.links).toHaveLength(1)
  expect(user?.text).toContain('Only the operator')
  const page = await world.answer(new Request(ops?.links[0] ?? ''))
  expect(page.status).toBe(200)
})

test('of many messages some are listed and the rest is counted; hostile text stays small and harmless', async () => {
  const digests = digestsWith({ lines: 3 })
  await digests.run()
  const subject = `<script>\r\nBcc: x@y.example\u202e http://evil.example/${'x'.repeat(100_000)}`
  for (let index = 0; index < 8; index += 1) await world.hold({ subject, from: `"<b>"@${'x'.repeat(50_000)}.example` })
  await world.clock.advance(2 * HOUR_MS)
  await digests.run()
  const [digest] = await sent()
  expect(digest?.text).toContain('8 messages')
  expect(digest?.text).toContain('5 messages more')
  expect(digest?.links.filter(link => !link.startsWith('https://mx.example.org/d/'))).toEqual([])
  expect(digest?.html.match(/<(?:script|b|img)\b/i)).toBeNull()
  expect(digest?.text).not.toMatch(/\u202e|http:\/\/evil/)
  expect([...mailbox.values()][0]?.length).toBeLessThan(30_000)
})

test('in Chinese it is in Chinese', async () => {
  const digests = digestsWith({ rules: [{ language: 'zh-CN' }] })
  await digests.run()
  await world.hold()
  await world.clock.advance(2 * HOUR_MS)
  await digests.run()
  const [digest] = await sent()
  expect(digest?.subject).toContain('1 封邮件已被隔离')
  expect(digest?.text).toContain('看起来像垃圾邮件；用语类似广告或诈骗')
})

describe('with `first`', () => {
  const rules = [{ when: 'first', pause: '1h' }] as const

  test('a digest comes within a minute, and the next after the pause, with what came since', async () => {
    const digests = digestsWith({ rules })
    await digests.run()
    const tick = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 15_000) {
        await world.clock.advance(15_000)
        await digests.run()
      }
    }
    await world.hold({ subject: 'one' })
    await tick(MINUTE_MS)
    expect((await sent()).map(({ text }) => /\* (\w+)/.exec(text)?.[1])).toEqual(['one'])
    await world.hold({ subject: 'two' })
    await world.hold({ subject: 'three' })
    await tick(50 * MINUTE_MS)
    expect(await sent()).toHaveLength(1)
    await tick(15 * MINUTE_MS)
    const [, second] = await sent()
    expect(second?.subject).toContain('2 messages')
    await tick(3 * HOUR_MS)
    expect(await sent()).toHaveLength(2)
    await world.hold({ subject: 'four' })
    await tick(MINUTE_MS)
    expect((await sent())[2]?.subject).toContain('1 message')
  })

  test('what was held while no node ran is found, and sent once', async () => {
    await digestsWith({ rules }).run()
    await world.hold()
    await world.clock.advance(9 * HOUR_MS)
    await digestsWith({ rules }).run()
    await digestsWith({ rules }).run()
    expect(await readers()).toEqual([BOB])
  })
})

describe('exactly one', () => {
  test.for(['daily', 'first'] as const)('over several nodes that run at the same time: %s', async when => {
    const nodes = [1, 2, 3].map(() => digestsWith({ rules: [{ when }] }))
    await Promise.all(nodes.map(node => node.run()))
    for (const name of ['bob', 'eve', 'kim']) await world.hold({ recipients: [`${name}@example.org`] })
    await world.clock.advance(2 * HOUR_MS)
    await Promise.all(nodes.map(node => node.run()))
    await Promise.all(nodes.map(node => node.run()))
    expect(await readers()).toEqual([BOB, 'eve@example.org', 'kim@example.org'])
  })

  test.for(['daily', 'first'] as const)('after a crash in the middle: %s', async when => {
    await digestsWith({ rules: [{ when }] }).run()
    for (const name of ['bob', 'eve', 'kim']) await world.hold({ recipients: [`${name}@example.org`] })
    await world.clock.advance(2 * HOUR_MS)
    const reached = Promise.withResolvers<void>()
    // The first mail is taken, and then the process is gone.
    void digestsWith(
      { rules: [{ when }] },
      { after: () => (reached.resolve(), new Promise<never>(() => undefined)) },
    ).run()
    await reached.promise
    expect(await sent()).toHaveLength(1)
    await world.hold({ recipients: [BOB], subject: 'later' })
    const next = digestsWith({ rules: [{ when }] })
    await next.run()
    expect(await readers()).toEqual([BOB, 'eve@example.org', 'kim@example.org'])
    await world.clock.advance(DAY_MS)
    await next.run()
    const later = (await sent()).filter(({ text }) => text.includes('later'))
    expect(later.map(({ to }) => to)).toEqual([BOB])
  })

  test('and no more once the lease is lost', async () => {
    await digestsWith().run()
    for (const name of ['bob', 'eve']) await world.hold({ recipients: [`${name}@example.org`] })
    await world.clock.advance(2 * HOUR_MS)
    await digestsWith().run(AbortSignal.abort())
    expect(await sent()).toEqual([])
    await digestsWith().run()
    expect(await sent()).toHaveLength(2)
  })
})

describe('a digest that is not taken', () => {
  test('is tried again, does not hold up the others, and is said aloud', async () => {
    const digests = digestsWith()
    await digests.run()
    for (const name of ['bob', 'eve']) await world.hold({ recipients: [`${name}@example.org`] })
    refuse = recipient => (recipient === BOB ? '452 4.2.2 mailbox full' : undefined)
    await world.clock.advance(2 * HOUR_MS)
    await digests.run()
    expect(await readers()).toEqual(['eve@example.org'])
    expect(world.notices).toMatchObject([
      { code: 'digest/not-sent', level: 'warning', reason: expect.stringContaining(`${BOB}: 452 4.2.2 mailbox full`) },
    ])
    refuse = () => undefined
    await digests.run()
    expect(await sent()).toHaveLength(1)
    await world.clock.advance(MINUTE_MS)
    await digests.run()
    expect(await readers()).toEqual([BOB, 'eve@example.org'])
    expect(world.notices.map(({ code }) => code)).toEqual(['digest/not-sent', 'digest/sent'])
  })

  test('for good is not tried again', async () => {
    const digests = digestsWith()
    await digests.run()
    await world.hold()
    let tries = 0
    refuse = () => {
      tries += 1
      return '550 5.1.1 no such mailbox'
    }
    await world.clock.advance(2 * HOUR_MS)
    for (let round = 0; round < 5; round += 1) {
      await digests.run()
      await world.clock.advance(10 * MINUTE_MS)
    }
    expect([tries, world.notices.map(({ code }) => code)]).toEqual([1, ['digest/not-sent']])
  })

  test('because the store is down is said aloud, and sent when it is back', async () => {
    const digests = digestsWith()
    await digests.run()
    await world.hold()
    await world.clock.advance(2 * HOUR_MS)
    const { run } = world.store
    Object.assign(world.store, { run: () => Promise.reject(new Error('the store is down')) })
    await digests.run()
    expect(world.notices).toMatchObject([{ code: 'digest/not-sent', reason: expect.stringContaining('store is down') }])
    Object.assign(world.store, { run })
    await world.clock.advance(MINUTE_MS)
    await digests.run()
    expect(await readers()).toEqual([BOB])
  })
})

test.for<[options: unknown, path: string]>([
  [{}, 'digest.url'],
  [{ url: 'javascript:alert(1)' }, 'digest.url'],
  [{ url: 'https://user@mx.example.org' }, 'digest.url'],
  [{ url: 'https://mx.example.org', rules: [{ at: '25:00' }] }, 'digest.rules[0].at'],
  [{ url: 'https://mx.example.org', rules: [{ at: ['07:00', 'noon'] }] }, 'digest.rules[0].at[1]'],
  [{ url: 'https://mx.example.org', rules: [{ zone: 'Mars/North' }] }, 'digest.rules[0].zone'],
  [{ url: 'https://mx.example.org', rules: [{ for: ['.example.org'] }] }, 'digest.rules[0].for[0]'],
  [{ url: 'https://mx.example.org', secret: 'short' }, 'digest.secret'],
])('the wrong options %o are refused with their path', ([options, path]) => {
  expect(wrongIn(digestCheck, options, 'digest').map(problem => problem.path)).toEqual([path])
})
