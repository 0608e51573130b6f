/** Links of digests: a GET never acts, a POST acts once, and only as the token says. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Tokens } from '../../src/digest/token.ts'
import { fc, runs } from '../support/property.ts'
import { BOB, heldWorld } from './held.ts'

const tokenOn = (page: string): string => /name="token" value="([^"]+)"/.exec(page)?.[1] ?? ''

test('a link shows the message and a button; the button releases, once, with all that follows', async () => {
  await using world = await heldWorld()
  const id = await world.hold()
  const token = world.tokenOf(id, { action: 'allow' })
  const shown = await world.request('GET', token)
  const page = await shown.text()
  expect(shown.status).toBe(200)
  for (const words of ['An invoice', 'ann@example.com', BOB, 'it looks like spam', 'Deliver and allow'])
    expect(page).toContain(words)
  expect([await world.stateOf(id), world.delivered]).toEqual(['held', []])

  const done = await world.post(tokenOn(page))
  expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('ann@example.com is allowed')])
  expect(world.delivered).toEqual([BOB])
  expect(world.trained).toMatchObject([{ label: 'ham', by: `user:${BOB}` }])
  expect(await world.lists.entries(BOB)).toMatchObject([{ effect: 'allow', sender: 'ann@example.com' }])
  expect(world.actions).toMatchObject([
    { action: 'allow', by: BOB, role: 'user' },
    { action: 'release', by: BOB, role: 'user', target: id, result: 'done', why: 'by a link of a digest' },
  ])
  expect((await world.post(token)).status).toBe(409)
  expect((await world.request('GET', token)).status).toBe(410)
  expect(world.delivered).toHaveLength(1)
})

test('a deletion by link trains the filters that it was spam', async () => {
  await using world = await heldWorld()
  const id = await world.hold()
  expect((await world.post(world.tokenOf(id, { action: 'delete' }))).status).toBe(200)
  expect([await world.stateOf(id), world.trained]).toMatchObject(['deleted', [{ label: 'spam' }]])
})

describe('P12 nothing but a POST with the token in its body acts', () => {
  test.for<[title: string, method: string, body: string | undefined, headers: Record<string, string>]>([
    ['a GET', 'GET', undefined, {}],
    ['a HEAD', 'HEAD', undefined, {}],
    ['a prefetch', 'GET', undefined, { Purpose: 'prefetch', 'Sec-Purpose': 'prefetch;prerender' }],
    ['a GET that claims to be a POST', 'GET', undefined, { 'X-HTTP-Method-Override': 'POST' }],
    ['OPTIONS', 'OPTIONS', undefined, {}],
    ['PUT', 'PUT', 'token=TOKEN', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['DELETE', 'DELETE', undefined, {}],
    ['PATCH', 'PATCH', 'token=TOKEN', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['a POST with the token in the path alone', 'POST', undefined, {}],
    [
      'a POST with another method inside',
      'POST',
      '_method=POST',
      { 'Content-Type': 'application/x-www-form-urlencoded' },
    ],
    ['a POST with the token as text', 'POST', 'token=TOKEN', { 'Content-Type': 'text/plain' }],
    ['a POST with the token as JSON', 'POST', '{"token":"TOKEN"}', { 'Content-Type': 'application/json' }],
    [
      'a POST with two tokens',
      'POST',
      'token=TOKEN&token=TOKEN',
      { 'Content-Type': 'application/x-www-form-urlencoded' },
    ],
    [
      'a POST with a long body',
      'POST',
      `x=${'y'.repeat(5_000)}&token=TOKEN`,
      { 'Content-Type': 'application/x-www-form-urlencoded' },
    ],
  ])('%s', async ([, method, body, headers]) => {
    await using world = await heldWorld()
    const id = await world.hold()
    const token = world.tokenOf(id)
    const sent = body?.replaceAll('TOKEN', token)
    const response = await world.request(method, token, sent, headers)
    expect(response.status).toBe(method === 'GET' || method === 'HEAD' ? 200 : method === 'POST' ? 404 : 405)
    if (method === 'HEAD') expect(await response.text()).toBe('')
    expect([await world.stateOf(id), world.delivered, world.trained, world.actions]).toEqual(['held', [], [], []])
  })

  test('a scanner that follows every link, with every method but POST, many times at once', async () => {
    await using world = await heldWorld()
    const id = await world.hold()
    const tokens = (['release', 'allow', 'delete'] as const).map(action => world.tokenOf(id, { action }))
    const methods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH']
    await Promise.all(
      Array.from({ length: 90 }, (_, index) =>
        world.request(methods[index % methods.length] ?? 'GET', tokens[index % tokens.length] ?? ''),
      ),
    )
    expect([await world.stateOf(id), world.delivered, world.actions]).toEqual(['held', [], []])
    // And the links still work afterwards.
    expect((await world.post(tokens[0] ?? '')).status).toBe(200)
  })
})

describe('P12 a token', () => {
  test('of another recipient is for the message of that recipient, and no other', async () => {
    await using world = await heldWorld()
    const id = await world.hold({ recipients: [BOB, 'eve@example.org'] })
    expect((await world.post(world.tokenOf(id, { recipient: 'eve@example.org', by: 'eve@example.org' }))).status).toBe(
      200,
    )
    expect(world.delivered).toEqual(['eve@example.org'])
    expect(await world.stateOf(id)).toBe('held')
    expect((await world.post(world.tokenOf(id, { recipient: 'mallory@example.org' }))).status).toBe(410)
    expect((await world.request('GET', world.tokenOf(id, { recipient: 'mallory@example.org' }))).status).toBe(410)
  })

  test('that was used is refused by every node that shares the store', async () => {
    await using world = await heldWorld()
    const id = await world.hold()
    const token = world.tokenOf(id)
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await world.post(token)).status))
    expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 7 }, () => 409)])
    expect([world.delivered.length, world.trained.length]).toEqual([1, 1])
    await world.clock.advance(120_000)
    expect((await world.post(token)).status).toBe(409)
  })

  test('that has expired shows that, and does nothing', async () => {
    await using world = await heldWorld()
    const id = await world.hold()
    const token = world.tokenOf(id)
    await world.clock.advance(86_400_000)
    for (const response of [await world.request('GET', token), await world.post(token)])
      expect([response.status, await response.text()]).toEqual([410, expect.stringContaining('has expired')])
    expect(await world.stateOf(id)).toBe('held')
  })

  test('of another secret, or with any character changed, is none', async () => {
    await using world = await heldWorld()
    const id = await world.hold()
    const token = world.tokenOf(id)
    const ticket = world.tokens.read(token)
    if (ticket === undefined) throw new Error('it cannot be read')
    const foreign = new Tokens('another secret of more than 32 characters').issue(ticket)
    const [payload = '', mac = ''] = token.split('.')
    const other = Buffer.from(JSON.stringify([id, 'eve@example.org', 0, 9_999_999_999, 0, 1, 0])).toString('base64url')
    const wrong = [foreign, `${other}.${mac}`, payload, `.${mac}`, `${token}x`, token.slice(1), '', 'x'.repeat(100_000)]
    for (const text of wrong)
      expect([text.slice(0, 20), world.tokens.read(text)]).toEqual([text.slice(0, 20), undefined])
    await fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AZaz09_-.'), (at, character) => {
        fc.pre(token[at] !== character)
        const changed = token.slice(0, at) + character + token.slice(at + 1)
        const read = world.tokens.read(changed)
        // The last character of 43 has two bits that say nothing: what is read then is what was issued.
        expect(read === undefined || JSON.stringify(read) === JSON.stringify(ticket)).toBe(true)
      }),
      { numRuns: runs(300) },
    )
    expect((await world.post(foreign)).status).toBe(404)
    expect(await world.stateOf(id)).toBe('held')
  })

  test('for one action is none for another', async () => {
    await using world = await heldWorld()
    const id = await world.hold()
    const page = await (await world.request('GET', world.tokenOf(id, { action: 'delete' }))).text()
    await world.post(tokenOn(page))
    expect([await world.stateOf(id), world.delivered]).toEqual(['deleted', []])
  })

  test('of a user releases no malware; the page says who may', async () => {
    await using world = await heldWorld()
    const id = await world.hold({ kind: 'phishing' })
    const token = world.tokenOf(id)
    const shown = await world.request('GET', token)
    expect([shown.status, await shown.text()]).toEqual([403, expect.stringContaining('Only the operator')])
    expect((await world.post(token)).status).toBe(403)
    expect(world.actions).toMatchObject([{ action: 'release', result: 'refused' }])
    expect((await world.post(world.tokenOf(id, { role: 'operator', by: 'ops@example.org' }))).status).toBe(200)
  })

  test('that the next hop has turned down may be used again', async () => {
    await using world = await heldWorld()
    const id = await world.hold()
    const token = world.tokenOf(id)
    world.fail(new Error('452 mailbox full'))
    expect([(await world.post(token)).status, await world.stateOf(id)]).toEqual([502, 'held'])
    world.fail(undefined)
    expect((await world.post(token)).status).toBe(200)
    expect(world.delivered).toHaveLength(1)
  })

  test('is usable again a minute after its process has died, and delivers nothing twice', async () => {
    await using world = await heldWorld()
    const id = await world.hold()
    const token = world.tokenOf(id)
    const [used] = await world.store.run([
      {
        op: 'add',
        key: `digest:used:${createHash('sha256').update(token).digest('base64url')}`,
        value: 'begun',
        ttl: 60_000,
      },
    ])
    expect([used.added, (await world.post(token)).status]).toEqual([true, 409])
    await world.clock.advance(60_000)
    expect((await world.post(token)).status).toBe(200)
    expect(world.delivered).toHaveLength(1)
  })
})

describe('a page', () => {
  const HOSTILE = {
    subject: `<script>alert(1)</script>"'>\u202e\u0000<img src=x onerror=y>${'A'.repeat(100_000)}`,
    from: '"><form action=https://evil.example>@example.com',
    findings: [{ rule: '<b>/x', reason: '<i>', points: 3 }],
  }

  test('of a hostile message is bounded, escaped, and without what turns text around', async () => {
    await using world = await heldWorld()
    const id = await world.hold(HOSTILE)
    const page = await (await world.request('GET', world.tokenOf(id))).text()
    expect(page.length).toBeLessThan(6_000)
    expect(page.match(/<(?:script|img|b|i|a|iframe|link|object)\b/gi)).toBeNull()
    expect(page.match(/<form/g)).toHaveLength(1)
    expect(page).not.toMatch(/[\u202a-\u202e\u2066-\u2069\0]/)
    expect(page).toContain('&lt;script&gt;')
  })

  test('lets nothing be loaded, framed, kept or scripted, and its style is the only one', async () => {
    await using world = await heldWorld()
    const id = await world.hold()
    for (const response of [
      await world.request('GET', world.tokenOf(id)),
      await world.request('GET', 'nonsense'),
      await world.post(world.tokenOf(id)),
    ]) {
      const { headers } = response
      const page = await response.text()
      const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? ''
      const hash = createHash('sha256').update(style).digest('base64')
      expect(headers.get('Content-Security-Policy')).toBe(
        `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
      )
      expect(headers.get('Cache-Control')).toBe('no-store')
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect(page).not.toMatch(/<script|\son\w+=|style="|https?:\/\//i)
    }
  })

  test('in Chinese is in Chinese', async () => {
    await using world = await heldWorld()
    const page = await (await world.request('GET', world.tokenOf(await world.hold(), { language: 'zh-CN' }))).text()
    expect(page).toContain('lang="zh-CN"')
    expect(page).toContain('投递此邮件')
  })

  test('says what is wrong when the store is down, and nothing is done', async () => {
    await using world = await heldWorld()
    const id = await world.hold()
    Object.defineProperty(world.store, 'run', { value: () => Promise.reject(new Error('the store is down')) })
    expect((await world.post(world.tokenOf(id))).status).toBe(503)
    expect([await world.stateOf(id), world.notices]).toMatchObject(['held', [{ code: 'digest/page' }]])
  })
})
