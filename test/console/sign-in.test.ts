/** Signing in, sessions, links, tokens: who gets in, for how long, and what attempts leave behind. */
import { Secret, TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { Passwords, weaknessOf } from '../../src/console/accounts/password.ts'
import { SignInLimits } from '../../src/console/sign-in/limits.ts'
import { effective } from '../../src/relay/config/options.ts'
import type { RelayConfig } from '../../src/relay/config/types.ts'
import { long } from '../support/full.ts'
import { type Browser, type OpenedConsole, openConsole, PASSWORD } from './support/open-console.ts'

const codeNow = (totp: TOTP, { clock }: OpenedConsole): string => totp.generate({ timestamp: clock.now() })

/** A session by name, password and a new code. */
async function signIn(opened: OpenedConsole, browser: Browser, name: string, totp: TOTP) {
  await opened.clock.advance(30_000)
  return await browser.call('session.password', { body: { name, password: PASSWORD, code: codeNow(totp, opened) } })
}

describe('password and code', () => {
  test('name, password and code begin a session, which ends at sign-out', async () => {
    await using opened = await openConsole()
    const totp = await opened.account('ann', { role: 'admin' })
    const browser = opened.browser()
    const answer = await signIn(opened, browser, 'Ann', totp)
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({ kind: 'signed-in', account: { name: 'ann', role: 'admin', domains: null } })
    const secret = browser.cookies.get('postern') ?? ''
    expect(secret.length).toBeGreaterThanOrEqual(43)
    expect((await browser.call('session.get')).json.account).toMatchObject({ name: 'ann', via: 'password' })
    expect((await browser.call('session.end')).status).toBe(200)
    expect(browser.cookies.has('postern')).toBe(false)
    browser.cookies.set('postern', secret)
    expect((await browser.call('session.get')).json.account).toBeNull()
    expect(opened.actions.map(({ action, by, result }) => [action, by, result])).toEqual([['sign-in', 'ann', 'done']])
  })

  test('a wrong name, a wrong password, a wrong code and a disabled account are answered alike', async () => {
    await using opened = await openConsole()
    const totp = await opened.account('ann')
    const other = await opened.account('off', { isDisabled: true })
    await opened.account('new', { password: undefined as never })
    const tries = [
      { name: 'nobody', password: PASSWORD, code: codeNow(totp, opened) },
      { name: 'ann', password: 'some other words', code: codeNow(totp, opened) },
      { name: 'ann', password: PASSWORD, code: '000000' },
      { name: 'ann', password: PASSWORD, code: '' },
      { name: 'off', password: PASSWORD, code: codeNow(other, opened) },
      { name: 'new', password: PASSWORD, code: '000000' },
    ]
    const answers = []
    for (const body of tries) answers.push(await opened.browser().call('session.password', { body }))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(answers[0]?.json.error?.code).toBe('sign-in-failed')
    expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([])
    expect(opened.actions.every(({ action, result }) => action === 'sign-in-failed' && result === 'refused')).toBe(true)
  })

  test('an unknown name takes as many hashes as a known one', async () => {
    await using opened = await openConsole()
    await opened.account('ann')
    let hashes = 0
    const verify = opened.accounts.passwords.verify.bind(opened.accounts.passwords)
    opened.accounts.passwords.verify = (password, stored) => {
      hashes += 1
      return verify(password, stored)
    }
    await opened.accounts.verify('ann', 'wrong', '000000')
    await opened.accounts.verify('nobody', 'wrong', '000000')
    expect(hashes).toBe(2)
    // Without a stored hash, the decoy is derived and compared all the same.
    expect(await verify('wrong', undefined)).toBe(false)
  })

  test('a code works once, also for two at the same time', async () => {
    await using opened = await openConsole()
    const totp = await opened.account('ann')
    const body = { name: 'ann', password: PASSWORD, code: codeNow(totp, opened) }
    const both = await Promise.all([1, 2].map(() => opened.browser().call('session.password', { body })))
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 401])
    expect((await opened.browser().call('session.password', { body })).status).toBe(401)
  })

  test('a session that the browser had before has another name after signing in, and no longer counts', async () => {
    await using opened = await openConsole()
    const totp = await opened.account('ann')
    const browser = await opened.as('viewer')
    const before = browser.cookies.get('postern') ?? ''
    await signIn(opened, browser, 'ann', totp)
    expect(browser.cookies.get('postern')).not.toBe(before)
    const thief = opened.browser()
    thief.cookies.set('postern', before)
    expect((await thief.call('session.get')).json.account).toBeNull()
  })

  test('a name that another chose for the session is never taken over', async () => {
    await using opened = await openConsole()
    const totp = await opened.account('ann')
    const browser = opened.browser()
    browser.cookies.set('postern', 'chosen-by-another-1234567890')
    await signIn(opened, browser, 'ann', totp)
    const thief = opened.browser()
    thief.cookies.set('postern', 'chosen-by-another-1234567890')
    expect((await thief.call('session.get')).json.account).toBeNull()
  })

  test('a flood of tries from many addresses compares few passwords, and does not lock the owner out', async () => {
    await using opened = await openConsole()
    const totp = await opened.account('ann')
    const known = opened.browser('192.0.2.7')
    expect((await signIn(opened, known, 'ann', totp)).status).toBe(200)
    let failed = 0
    let limited = 0
    const body = { name: 'ann', password: 'guess', code: '000000' }
    for (let index = 0; index < 300; index += 1) {
      const browser = opened.browser(`198.51.${index >> 8}.${index & 255}`)
      const { status } = await browser.call('session.password', { body })
      if (status === 401) failed += 1
      if (status === 429) limited += 1
    }
    // The owner has used one of the ten.
    expect([failed, limited]).toEqual([9, 291])
    expect(opened.actions.length).toBeLessThan(20)
    // The others, 100,000 in the long tests, without the way through HTTP: none comes as far as the password.
    const limits = new SignInLimits(opened.store)
    let passed = 0
    for (let index = 0; index < (long ? 99_000 : 2_000); index += 1) {
      const tried = limits.trySignIn('ann', `203.0.${index >> 8}.${index & 255}`, () => undefined)
      await tried.then(
        () => (passed += 1),
        () => undefined,
      )
    }
    expect(passed).toBe(0)
    const again = await signIn(opened, opened.browser('192.0.2.7'), 'ann', totp)
    expect(again.status).toBe(200)
    await opened.clock.advance(15 * 60_000)
    expect((await opened.browser('198.51.100.1').call('session.password', { body })).status).toBe(401)
  })

  test('while strangers keep the hashes busy, a client that has signed in before comes first', async () => {
    const passwords = new Passwords({ cost: 1_024, blockSize: 1, parallelization: 1 })
    const stored = await passwords.hash(PASSWORD)
    await passwords.verify('x', undefined)
    const order: string[] = []
    const strangers = Array.from({ length: 22 }, async () => {
      await passwords.verify('guess', stored)
      order.push('stranger')
    })
    // Each begins to wait in a later turn.
    await new Promise(setImmediate)
    await expect(passwords.verify('guess', stored)).rejects.toThrow('too many')
    const owner = passwords.verify(PASSWORD, stored, true).then(isRight => order.push(`owner ${isRight}`))
    await Promise.all([...strangers, owner])
    expect(order).toHaveLength(23)
    expect(order.indexOf('owner true')).toBeLessThan(5)
  })

  test('one client gets 20 tries in a quarter of an hour, whatever names it tries', async () => {
    await using opened = await openConsole()
    const statuses: number[] = []
    for (let index = 0; index < 25; index += 1) {
      const body = { name: `name${index}`, password: 'guess', code: '' }
      statuses.push((await opened.browser(`2001:db8::${index}`).call('session.password', { body })).status)
    }
    expect(statuses.filter(status => status === 401)).toHaveLength(20)
    const last = await opened
      .browser('2001:db8::ffff')
      .call('session.password', { body: { name: 'x', password: 'y', code: '' } })
    expect(last.status).toBe(429)
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('where tries cannot be counted, none is made', async () => {
    await using opened = await openConsole({ store: { run: () => Promise.reject(new Error('down')) } })
    await opened.account('ann')
    const { status } = await opened
      .browser()
      .call('session.password', { body: { name: 'ann', password: 'x', code: '' } })
    expect(status).toBe(503)
  })

  test('passwords are kept as scrypt with its parameters and a salt of their own', async () => {
    await using opened = await openConsole()
    await opened.account('ann')
    await opened.account('bob')
    const [ann, bob] = [await opened.accounts.get('ann'), await opened.accounts.get('bob')]
    expect(ann?.password).toMatch(/^scrypt\$16\$1\$1\$[\w-]{22}\$[\w-]{43}$/)
    expect(ann?.password).not.toBe(bob?.password)
    expect(await new Passwords().hash('x')).toMatch(/^scrypt\$32768\$8\$3\$/)
  })
})

describe('sessions', () => {
  test('end when they are idle for half an hour, and after twelve hours in any case', async () => {
    await using opened = await openConsole()
    const idle = await opened.as('viewer')
    const busy = await opened.as('viewer')
    for (let minutes = 0; minutes < 31; minutes += 10) {
      await opened.clock.advance(10 * 60_000)
      expect((await busy.call('session.get')).json.account).not.toBeNull()
    }
    expect((await idle.call('session.get')).json.account).toBeNull()
    for (let hours = 1; hours < 12; hours += 0.25) {
      await opened.clock.advance(15 * 60_000)
      await busy.call('session.get')
    }
    await opened.clock.advance(25 * 60_000)
    expect((await busy.call('session.get')).json.account).toBeNull()
  })

  test('their names are kept as hashes: the database alone signs no one in', async () => {
    await using opened = await openConsole()
    const browser = await opened.as('admin')
    const secret = browser.cookies.get('postern') ?? ''
    const kept = JSON.stringify(await opened.records.list('session'))
    expect(kept).not.toContain(secret)
    const [record] = await opened.records.list('session')
    browser.cookies.set('postern', record?.id ?? '')
    expect((await browser.call('session.get')).json.account).toBeNull()
  })

  test('an account lists its own sessions and ends them; those of others are not there', async () => {
    await using opened = await openConsole()
    const [ann, bob] = [await opened.as('viewer'), await opened.as('viewer')]
    const mine = (await ann.call('account.sessions')).json.sessions as readonly { id: string; isCurrent: boolean }[]
    expect(mine.map(({ isCurrent }) => isCurrent)).toEqual([true])
    const id = mine[0]?.id ?? ''
    expect((await bob.call('account.endSession', { params: { id } })).status).toBe(404)
    expect((await ann.call('account.endSession', { params: { id } })).status).toBe(200)
    expect((await ann.call('session.get')).json.account).toBeNull()
  })

  test('a change of role counts at once, and a disabled account has no session any more', async () => {
    await using opened = await openConsole()
    const admin = await opened.as('admin')
    const viewer = await opened.as('viewer')
    const change = { params: { name: 'viewer-2' } }
    await admin.call('operators.change', { ...change, body: { role: 'operator' } })
    expect((await viewer.call('session.get')).json.account).toMatchObject({ role: 'operator' })
    await admin.call('operators.change', { ...change, body: { isDisabled: true } })
    expect((await viewer.call('session.get')).json.account).toBeNull()
  })

  test('a cookie is for this host alone, out of reach of scripts, and Secure with HTTPS', async () => {
    await using plain = await openConsole()
    const totp = await plain.account('ann')
    const answer = await signIn(plain, plain.browser(), 'ann', totp)
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^postern=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/),
    ])
    await using secured = await openConsole({ url: 'https://console.example.org' })
    const other = await secured.account('ann')
    const [set] = (await signIn(secured, secured.browser(), 'ann', other)).headers.getSetCookie()
    expect(set).toMatch(/^__Host-postern=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/)
  })
})

describe('set-up', () => {
  test('the first start shows a link that makes one administrator, once', async () => {
    await using opened = await openConsole()
    await opened.console.start('http://127.0.0.1:8080')
    const [, token = ''] = /http:\/\/127\.0\.0\.1:8080\/#\/set-up\/([\w-]{43}) /.exec(opened.printed[0] ?? '') ?? []
    const browser = opened.browser()
    const begun = (await browser.call('setup.begin', { body: { token } })).json
    expect(begun).toMatchObject({ name: null, role: 'admin', uri: expect.stringMatching(/^otpauth:\/\/totp\//) })
    const totp = new TOTP({ secret: Secret.fromBase32(String(begun.secret)) })
    const code = codeNow(totp, opened)
    const weak = { token, name: 'ann', password: 'password1234', code }
    expect((await browser.call('setup.finish', { body: weak })).json.error?.message).toContain('common words')
    const body = { token, name: 'ann', password: PASSWORD, code }
    expect((await browser.call('setup.finish', { body: { ...body, code: '000000' } })).status).toBe(401)
    const done = await browser.call('setup.finish', { body })
    expect(done.json).toMatchObject({ kind: 'signed-in', account: { name: 'ann', role: 'admin' } })
    expect(done.json.recoveryCodes).toHaveLength(10)
    expect((await browser.call('session.get')).json.account).toMatchObject({ name: 'ann' })
    expect((await browser.call('setup.finish', { body: { ...body, name: 'eve' } })).status).toBe(401)
    await opened.console.start()
    expect(opened.printed).toHaveLength(1)
    // No event has the token.
    expect(JSON.stringify([opened.actions, opened.notices])).not.toContain(token)
  })

  test('a link of a first start does nothing once there is an administrator', async () => {
    await using opened = await openConsole()
    await opened.console.start()
    const [, token = ''] = /set-up\/([\w-]{43})/.exec(opened.printed[0] ?? '') ?? []
    const { json } = await opened.browser().call('setup.begin', { body: { token } })
    await opened.account('ann', { role: 'admin' })
    const totp = new TOTP({ secret: Secret.fromBase32(String(json.secret)) })
    const body = { token, name: 'eve', password: PASSWORD, code: codeNow(totp, opened) }
    expect((await opened.browser().call('setup.finish', { body })).status).toBe(409)
    expect(await opened.accounts.get('eve')).toBeUndefined()
  })

  test('an invited operator sets a password, and a recovery code works once in place of a code', async () => {
    await using opened = await openConsole()
    const admin = await opened.as('admin')
    const invited = await admin.call('operators.add', {
      body: { name: 'bob', role: 'operator', domains: ['example.org'] },
    })
    const [, token = ''] = /#\/set-up\/([\w-]{43})$/.exec(String(invited.json.link)) ?? []
    const browser = opened.browser()
    const { json } = await browser.call('setup.begin', { body: { token } })
    expect(json).toMatchObject({ name: 'bob', role: 'operator' })
    const code = codeNow(new TOTP({ secret: Secret.fromBase32(String(json.secret)) }), opened)
    const done = await browser.call('setup.finish', { body: { token, name: 'root', password: PASSWORD, code } })
    expect(done.json.account).toMatchObject({ name: 'bob', role: 'operator', domains: ['example.org'] })
    const [recovery = ''] = done.json.recoveryCodes as readonly string[]
    const body = { name: 'bob', password: PASSWORD, code: recovery.toUpperCase().replaceAll('-', ' ') }
    expect((await opened.browser().call('session.password', { body })).status).toBe(200)
    expect((await opened.browser().call('session.password', { body })).status).toBe(401)
  })

  test('a reset ends password, codes and sessions of an account; an account cannot change itself', async () => {
    await using opened = await openConsole()
    const admin = await opened.as('admin')
    const totp = await opened.account('bob')
    const bob = opened.browser()
    await signIn(opened, bob, 'bob', totp)
    const { json } = await bob.call('tokens.add', { body: { label: 'script', scopes: ['read'], days: 30 } })
    const headers = { authorization: `Bearer ${json.token}` }
    expect((await opened.browser().call('tokens.list', { headers })).status).toBe(200)
    expect((await admin.call('operators.reset', { params: { name: 'BOB' } })).status).toBe(200)
    expect((await opened.browser().call('tokens.list', { headers })).status).toBe(401)
    expect((await bob.call('session.get')).json.account).toBeNull()
    expect((await signIn(opened, opened.browser(), 'bob', totp)).status).toBe(401)
    const self = { params: { name: 'ADMIN-1' } }
    expect((await admin.call('operators.change', { ...self, body: { role: 'viewer' } })).status).toBe(403)
    expect((await admin.call('operators.remove', self)).status).toBe(403)
    expect((await admin.call('operators.reset', self)).status).toBe(403)
  })
})

describe('links in mail', () => {
  const linked = async () => {
    const sent: { address: string; url: string }[] = []
    const opened = await openConsole({
      url: 'https://console.example.org',
      signIn: {
        link: {
          isMailbox: address => address.endsWith('@example.org'),
          send: async ({ address, url }) => void sent.push({ address, url }),
        },
      },
    })
    return { opened, sent }
  }

  test('the owner of a mailbox signs in with a link, once, and within a quarter of an hour', async () => {
    const { opened, sent } = await linked()
    await using _ = opened
    const browser = opened.browser()
    expect((await browser.call('session.link', { body: { address: 'Bob@Example.org' } })).json).toEqual({
      kind: 'sent',
    })
    await expect.poll(() => sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({
      address: 'bob@example.org',
      url: expect.stringContaining('https://console.example.org/#/link/'),
    })
    const token = sent[0]?.url.split('/').at(-1)
    const both = await Promise.all([1, 2].map(() => browser.call('session.redeem', { body: { token } })))
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 401])
    expect((await browser.call('session.get')).json.account).toMatchObject({
      ...{ name: 'bob@example.org', role: 'user', addresses: ['bob@example.org'], via: 'link' },
    })
    await browser.call('session.link', { body: { address: 'bob@example.org' } })
    await expect.poll(() => sent).toHaveLength(2)
    await opened.clock.advance(15 * 60_000)
    const late = sent[1]?.url.split('/').at(-1)
    expect((await browser.call('session.redeem', { body: { token: late } })).status).toBe(401)
  })

  test('a mailbox is not the account of the same name: neither its sessions nor what it may take back', async () => {
    const { opened, sent } = await linked()
    await using _ = opened
    const totp = await opened.account('bob@example.org', { role: 'operator' })
    const operator = opened.browser()
    await signIn(opened, operator, 'bob@example.org', totp)
    const owner = opened.browser()
    await owner.call('session.link', { body: { address: 'bob@example.org' } })
    await expect.poll(() => sent).toHaveLength(1)
    await owner.call('session.redeem', { body: { token: sent[0]?.url.split('/').at(-1) } })
    const listed = async (browser: typeof owner) =>
      ((await browser.call('account.sessions')).json.sessions as { id: string; isCurrent: boolean }[]) ?? []
    const [session] = await listed(operator)
    expect(await listed(owner)).toMatchObject([{ isCurrent: true }])
    expect((await owner.call('account.endSession', { params: { id: session?.id ?? '' } })).status).toBe(404)
    expect(await listed(operator)).toMatchObject([{ isCurrent: true }])
  })

  test('whether there is such a mailbox is not told, and nothing is sent elsewhere or too often', async () => {
    const { opened, sent } = await linked()
    await using _ = opened
    const browser = opened.browser()
    const others = [
      'bob@example.net',
      'bob',
      '<bob@example.org>',
      'bob@example.org,eve@example.net',
      'a\r\nB: c@example.org',
    ]
    const answers = []
    for (const address of [...others, 'ann@example.org', 'ann@example.org', 'ann@example.org', 'ann@example.org'])
      answers.push(await browser.call('session.link', { body: { address } }))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    await expect.poll(() => sent).toHaveLength(3)
    expect(sent.every(({ address }) => address === 'ann@example.org')).toBe(true)
  })

  test('others who ask for links do not make that of the owner useless', async () => {
    const { opened, sent } = await linked()
    await using _ = opened
    await opened.browser().call('session.link', { body: { address: 'bob@example.org' } })
    await expect.poll(() => sent).toHaveLength(1)
    await opened.browser('198.51.100.9').call('session.link', { body: { address: 'bob@example.org' } })
    await expect.poll(() => sent).toHaveLength(2)
    const token = sent[0]?.url.split('/').at(-1)
    expect((await opened.browser().call('session.redeem', { body: { token } })).status).toBe(200)
  })
})

describe('tokens and proxies', () => {
  test('a token reads or acts as its scopes say, and never manages accounts', async () => {
    await using opened = await openConsole()
    const admin = await opened.as('admin')
    const made = await admin.call('tokens.add', { body: { label: 'script', scopes: ['read'], days: 30 } })
    const script = opened.browser()
    const headers = { authorization: `Bearer ${made.json.token}`, 'sec-fetch-site': undefined, origin: undefined }
    expect((await script.call('operators.list', { headers })).status).toBe(200)
    const body = { name: 'eve', role: 'admin', domains: null }
    expect((await script.call('operators.add', { headers, body })).json.error?.message).toContain('not for tokens')
    expect((await script.call('lists.add', { headers, body: { effect: 'deny', sender: 'example.net' } })).status).toBe(
      403,
    )
    expect(JSON.stringify(await opened.records.list('token'))).not.toContain(String(made.json.token))
    expect(JSON.stringify((await admin.call('tokens.list')).json)).not.toContain(String(made.json.token))
    await opened.clock.advance(31 * 86_400_000)
    expect((await script.call('operators.list', { headers })).status).toBe(401)
  })

  test('the header of a proxy counts from configured proxies alone, and names an account that exists', async () => {
    await using opened = await openConsole({
      url: 'https://console.example.org',
      proxies: ['10.0.0.1'],
      signIn: { proxyHeader: 'X-Remote-User' },
    })
    await opened.account('ann', { via: 'proxy' })
    const headers = { 'x-remote-user': 'ann' }
    const account = async (address: string, more = {}) =>
      (await opened.browser(address).call('session.get', { headers: { ...headers, ...more } })).json.account
    expect(await account('10.0.0.1')).toMatchObject({ name: 'ann', via: 'proxy' })
    expect(await account('10.0.0.2')).toBeNull()
    expect(await account('10.0.0.2', { 'x-forwarded-for': '10.0.0.1' })).toBeNull()
    expect(await account('10.0.0.1', { 'x-remote-user': 'eve' })).toBeNull()
    // U+00AA is an `a` in another form: for the proxy it is another person.
    expect(await account('10.0.0.1', { 'x-remote-user': '\u00aann' })).toBeNull()
  })
})

describe('passwords and codes of an account', () => {
  test('common, short and repeated passwords and those with the name are refused', () => {
    for (const password of ['short', 'password1234', 'qwertyuiop12', 'aaaaaaaaaaaaaaa', 'ann-ann-ann-', 'Summer123456'])
      expect([password, weaknessOf(password, 'ann')]).toEqual([password, expect.any(String)])
    expect(weaknessOf('alice.miller1', 'alice.miller@example.org')).toEqual(expect.any(String))
    for (const password of [PASSWORD, 'horse staple battery correct', '无关的四个词语和一些别的字', 'x7!kQ2#mZ9$w'])
      expect([password, weaknessOf(password, 'ann')]).toEqual([password, undefined])
  })

  test('a password is changed with the old one and a code; other sessions end', async () => {
    await using opened = await openConsole()
    const totp = await opened.account('ann')
    const [one, other] = [opened.browser(), opened.browser()]
    for (const browser of [one, other]) await signIn(opened, browser, 'ann', totp)
    const password = 'another set of four words'
    await opened.clock.advance(30_000)
    const wrong = { current: 'wrong', code: codeNow(totp, opened), password }
    expect((await one.call('account.password', { body: wrong })).status).toBe(401)
    const body = { current: PASSWORD, code: codeNow(totp, opened), password }
    expect((await one.call('account.password', { body })).status).toBe(200)
    expect((await one.call('session.get')).json.account).not.toBeNull()
    expect((await other.call('session.get')).json.account).toBeNull()
    expect((await signIn(opened, opened.browser(), 'ann', totp)).status).toBe(401)
    await opened.clock.advance(30_000)
    const anew = { name: 'ann', password, code: codeNow(totp, opened) }
    expect((await opened.browser().call('session.password', { body: anew })).status).toBe(200)
  })

  test('codes are replaced with a code of the old authenticator, then with one of the new', async () => {
    await using opened = await openConsole()
    const totp = await opened.account('ann')
    const browser = opened.browser()
    await signIn(opened, browser, 'ann', totp)
    await opened.clock.advance(30_000)
    const begun = await browser.call('account.beginCodes', { body: { current: PASSWORD, code: codeNow(totp, opened) } })
    const next = new TOTP({ secret: Secret.fromBase32(String(begun.json.secret)) })
    expect((await browser.call('account.finishCodes', { body: { code: '000000' } })).status).toBe(401)
    const done = await browser.call('account.finishCodes', { body: { code: codeNow(next, opened) } })
    expect(done.json.recoveryCodes).toHaveLength(10)
    expect((await signIn(opened, opened.browser(), 'ann', totp)).status).toBe(401)
    expect((await signIn(opened, opened.browser(), 'ann', next)).status).toBe(200)
  })

  test('other hosts than the loopback need a url, and a url needs TLS', async () => {
    const problems = (config: RelayConfig): string => {
      try {
        effective(config, { args: ['--config', 'x'], environment: {} })
        return ''
      } catch (error) {
        return String(error)
      }
    }
    expect(problems({ console: { listen: '0.0.0.0:8080' } })).toMatch(/console: .*the url of a reverse proxy/)
    expect(problems({ console: { listen: '0.0.0.0:8080', url: 'https://console.example.org' } })).toBe('')
    for (const listen of ['127.0.0.1:8080', '[::1]:8080', 'localhost:8080'])
      expect(problems({ console: { listen } })).toBe('')
    expect(
      problems({
        console: { listen: '127.0.0.1:1', oidc: { issuer: 'https://a.example', clientId: 'a', clientSecret: 'b' } },
      }),
    ).toMatch(/url/)
    await expect(openConsole({ url: 'http://console.example.org' })).rejects.toThrow(/console\.url.*https:/)
    await expect(openConsole({ url: 'https://console.example.org/path' })).rejects.toThrow(/without a path/)
  })
})
