/** Signing in by OpenID Connect, against a small provider on the loopback. */
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Browser, openConsole } from './support/open-console.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const SECRET = 'a secret of the client'

let server: Server
let issuer = ''
/** What the provider says of the person. */
let person: Record<string, unknown> = {}
/** What it changes of the token. */
let change: Record<string, unknown> = {}
/** Codes that were handed out, with what was asked for. */
const codes = new Map<string, URLSearchParams>()
const asked: URLSearchParams[] = []

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', issuer)
    const json = (value: object): void => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
    }
    if (url.pathname === '/.well-known/openid-configuration')
      json({
        ...{ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` },
        ...{ jwks_uri: `${issuer}/keys`, response_types_supported: ['code'], subject_types_supported: ['public'] },
        ...{ id_token_signing_alg_values_supported: ['RS256'], code_challenge_methods_supported: ['S256'] },
      })
    else if (url.pathname === '/keys')
      json({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'RS256', use: 'sig' }] })
    else if (url.pathname === '/token') {
      const form = new URLSearchParams(await textOf(request))
      const flow = codes.get(form.get('code') ?? '')
      codes.delete(form.get('code') ?? '')
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
      if (flow === undefined || challenge !== flow.get('code_challenge') || form.get('client_secret') !== SECRET)
        response.writeHead(400, { 'Content-Type': 'application/json' }).end('{"error":"invalid_grant"}')
      else json({ access_token: 'x', token_type: 'bearer', id_token: tokenFor(flow) })
    } else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())
beforeEach(() => {
  person = { email: 'ann@example.org', email_verified: true }
  change = {}
})

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

function tokenFor(flow: URLSearchParams): string {
  const now = Math.floor(Date.now() / 1_000)
  const claims = {
    iss: issuer,
    aud: 'postern',
    sub: '1',
    iat: now,
    exp: now + 60,
    nonce: flow.get('nonce'),
    ...person,
    ...change,
  }
  const encoded = [{ alg: 'RS256', kid: '1' }, claims]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${encoded}.${sign('sha256', Buffer.from(encoded), privateKey).toString('base64url')}`
}

const withProvider = (groups?: readonly { group: string; role: 'admin' | 'operator'; domains?: readonly string[] }[]) =>
  openConsole({
    url: 'https://console.example.org',
    signIn: { oidc: { issuer, clientId: 'postern', clientSecret: SECRET, ...(groups && { groups }) } },
  })

/** Goes to the provider, which sends the browser back. @returns the path that it sends it to */
async function toProvider(browser: Browser): Promise<string> {
  const { status, headers } = await browser.request('GET', '/oidc/start')
  const url = new URL(headers.get('location') ?? '')
  expect([status, url.origin, url.pathname]).toEqual([303, issuer, '/authorize'])
  asked.push(url.searchParams)
  const code = randomUUID()
  codes.set(code, url.searchParams)
  return `/oidc/callback?${new URLSearchParams({ code, state: url.searchParams.get('state') ?? '', iss: issuer })}`
}

test('a person with an account signs in: with PKCE, state and nonce, and comes back to the first page', async () => {
  await using opened = await withProvider()
  await opened.account('Ann@example.org', { role: 'operator', domains: ['example.org'] })
  const browser = opened.browser()
  const back = await toProvider(browser)
  const sent = asked.at(-1)
  expect(sent?.get('code_challenge_method')).toBe('S256')
  expect(sent?.get('redirect_uri')).toBe('https://console.example.org/oidc/callback')
  for (const name of ['state', 'nonce', 'code_challenge']) expect((sent?.get(name) ?? '').length).toBeGreaterThan(40)
  const answer = await browser.request('GET', back)
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
  expect((await browser.call('session.get')).json.account).toMatchObject({
    role: 'operator',
    via: 'oidc',
    domains: ['example.org'],
  })
  expect([...browser.cookies.keys()]).toEqual(['__Host-postern'])
  expect((await opened.browser().call('session.get')).json.signIn).toMatchObject({ oidc: 'Single sign-on' })
})

test('the answer of a provider counts once, and in the browser that began', async () => {
  await using opened = await withProvider()
  await opened.account('ann@example.org')
  const victim = opened.browser()
  const attacker = opened.browser()
  const back = await toProvider(attacker)
  // The attacker's answer in another browser, without a flow and with its own flow.
  expect((await victim.request('GET', back)).status).toBe(401)
  await toProvider(victim)
  expect((await victim.request('GET', back)).status).toBe(401)
  expect((await victim.call('session.get')).json.account).toBeNull()
  expect((await attacker.request('GET', back)).status).toBe(303)
  expect((await attacker.request('GET', back)).status).toBe(401)
})

test('a changed state, another nonce, audience or issuer, a late token and a late flow are refused', async () => {
  await using opened = await withProvider()
  await opened.account('ann@example.org')
  const late = Math.floor(Date.now() / 1_000) - 3_600
  for (const changed of [
    { nonce: 'other' },
    { aud: 'other' },
    { iss: 'https://evil.example' },
    { iat: late, exp: late + 60 },
  ]) {
    change = changed
    const browser = opened.browser()
    expect([changed, (await browser.request('GET', await toProvider(browser))).status]).toEqual([changed, 401])
  }
  change = {}
  const browser = opened.browser()
  const back = await toProvider(browser)
  expect((await browser.request('GET', back.replace(/state=[^&]*/, 'state=other'))).status).toBe(401)
  const slow = opened.browser()
  const slowBack = await toProvider(slow)
  await opened.clock.advance(10 * 60_000)
  expect((await slow.request('GET', slowBack)).status).toBe(401)
  expect(opened.actions.every(({ action }) => action === 'sign-in-failed')).toBe(true)
})

test('an address that is not verified, an unknown person and a disabled account stay outside', async () => {
  await using opened = await withProvider()
  await opened.account('ann@example.org', { isDisabled: true })
  await opened.account('bob@example.org')
  for (const given of [
    { email: 'ann@example.org', email_verified: true },
    { email: 'bob@example.org', email_verified: false },
    { email: 'bob@example.org' },
    { email: 'eve@example.org', email_verified: true },
    { sub: 'bob@example.org' },
    // To the provider this is another person.
    { email: '\uff42ob@example.org', email_verified: true },
  ]) {
    person = given
    const browser = opened.browser()
    expect([given, (await browser.request('GET', await toProvider(browser))).status]).toEqual([given, 401])
  }
})

test('members of a group need no account; who has left it does not come in again', async () => {
  await using opened = await withProvider([{ group: 'helpdesk', role: 'operator', domains: ['example.org'] }])
  person = { email: 'eve@example.org', email_verified: true, groups: ['staff', 'helpdesk'] }
  const browser = opened.browser()
  await browser.request('GET', await toProvider(browser))
  expect((await browser.call('session.get')).json.account).toMatchObject({ role: 'operator', domains: ['example.org'] })
  person = { email: 'eve@example.org', email_verified: true, groups: ['staff'] }
  const again = opened.browser()
  expect((await again.request('GET', await toProvider(again))).status).toBe(401)
})

test('a provider without TLS counts on the loopback alone, and no provider counts without the url of the console', async () => {
  const oidc = { issuer: 'http://login.example.org', clientId: 'postern', clientSecret: SECRET }
  await expect(openConsole({ url: 'https://console.example.org', signIn: { oidc } })).rejects.toThrow(/issuer.*https:/)
  await expect(openConsole({ signIn: { oidc: { ...oidc, issuer } } })).rejects.toThrow(/url/)
})
