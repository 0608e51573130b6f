/** The console of a running relay: from the first link to a released message, over HTTP as a browser does it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Secret, TOTP } from 'otpauth'
import { expect, test } from 'vitest'
import { API, ROUTES, type RouteName } from '../../src/console/api/routes.ts'
import { freePort, scratch } from '../support/scratch.ts'
import { deliver, letter, messages, type RelayProcess, relayProcess } from './relay-process.ts'

const TIMEOUT = { timeout: 120_000 }
const PASSWORD = 'four unconnected words'

/** Holds what comes for b@example.net, and refuses c@example.net. */
const RULE = `{ name: 'own', message: ({ forwardPaths }) => forwardPaths.includes('b@example.net')
  ? { verdict: 'quarantine', reason: 'the test holds it' } : { points: 20, reason: 'the test gives points', rule: 'points' } }`

interface Answered {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
}

/** A browser with the cookie of one session. */
class Browser {
  readonly #origin: string
  #cookie = ''

  constructor(port: number) {
    this.#origin = `http://127.0.0.1:${port}`
  }

  async call(
    name: RouteName,
    { params = {}, body }: { params?: Record<string, string>; body?: object } = {},
  ): Promise<Answered> {
    const { method, path } = ROUTES[name]
    const filled = path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))
    const response = await fetch(`${this.#origin}${API}${filled}`, {
      method,
      headers: { origin: this.#origin, cookie: this.#cookie, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    for (const set of response.headers.getSetCookie()) this.#cookie = set.split(';', 1)[0] ?? ''
    return { status: response.status, json: (await response.json()) as Answered['json'] }
  }
}

async function until<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await read().catch(() => undefined)
    if (found !== undefined) return found
    await sleep(100)
  }
}

/** Sets the first administrator up with the link that the program has shown. */
async function setUp(relay: RelayProcess, port: number): Promise<Browser> {
  const token = await until(async () => /#\/set-up\/([\w-]{43})/.exec(relay.tells())?.[1])
  const browser = new Browser(port)
  const begun = await browser.call('setup.begin', { body: { token } })
  const code = new TOTP({ secret: Secret.fromBase32(String(begun.json.secret)) }).generate()
  const done = await browser.call('setup.finish', {
    body: { token, name: 'admin@example.org', password: PASSWORD, code },
  })
  expect(done.json).toMatchObject({ kind: 'signed-in', account: { role: 'admin' } })
  return browser
}

async function start(folder: string, port: number, more = ''): Promise<RelayProcess> {
  const file = join(folder, 'postern.config.mjs')
  await writeFile(
    file,
    `export default {
      mode: 'enforce', maildir: ${JSON.stringify(join(folder, 'mail'))}, ownFilters: [${RULE}], doctor: false,
      log: { history: { folder: ${JSON.stringify(join(folder, 'history'))} } },
      quarantine: { folder: ${JSON.stringify(join(folder, 'held'))} },
      console: { listen: '127.0.0.1:${port}'${more} },
    }`,
  )
  return await relayProcess(['--config', file])
}

test(
  'a message is found by its reference, released and delivered once; the record says who did it',
  TIMEOUT,
  async () => {
    await using folder = await scratch()
    const port = await freePort()
    await using relay = await start(folder.path, port)
    const browser = await setUp(relay, port)
    const reply = await deliver(relay.port, letter('one'))
    const ref = /ref=(\w+)/.exec(reply)?.[1] ?? ''
    const found = await until(async () => {
      const { json } = await browser.call('messages.get', { params: { ref } })
      return (json.held as readonly unknown[] | undefined)?.length ? json : undefined
    })
    const [held] = found.held as readonly { readonly id: string; readonly recipient: string }[]
    expect(found).toMatchObject({ ref, held: [{ recipient: 'b@example.net', state: 'held', mayRelease: true }] })
    expect((await browser.call('held.content', { params: { id: held?.id ?? '' } })).json.text).toContain('end one')
    const body = { action: 'release', items: [{ id: held?.id, recipient: held?.recipient }], why: 'mine' }
    expect((await browser.call('held.act', { body })).json).toMatchObject({ results: [{ kind: 'done' }] })
    expect((await browser.call('held.act', { body })).json).toMatchObject({ results: [{ kind: 'done-before' }] })
    const [message, ...others] = await messages(join(folder.path, 'mail'))
    expect(others).toEqual([])
    expect(message).toContain('by=admin@example.org')
    const audit = await until(async () => {
      const { json } = await browser.call('audit.list')
      const entries = json.entries as readonly { readonly action: string }[]
      return entries.some(({ action }) => action === 'release') ? json : undefined
    })
    expect(audit.entries).toContainEqual(
      expect.objectContaining({ action: 'release', by: 'admin@example.org', why: 'mine', result: 'done', ref }),
    )
    expect((await browser.call('load.get')).status).toBe(200)
    const settings = JSON.stringify((await browser.call('settings.get')).json)
    expect(settings).toContain('quarantine')
    expect(settings).not.toMatch(/PRIVATE KEY/)
    // The link of the set-up was shown to the person who started it, and stands in no event.
    expect(relay.log()).not.toContain('set-up/')
  },
)

test('a refusal carries the link to the page that explains it', TIMEOUT, async () => {
  await using folder = await scratch()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  await using relay = await start(folder.path, port, `, url: '${url}', refusalLink: true`)
  await setUp(relay, port)
  const reply = await deliver(relay.port, letter('two'), 'c@example.net')
  const [, link = ''] = /^5\d\d .* (http:\S+)/m.exec(reply) ?? []
  expect(link).toMatch(new RegExp(`^${url}/r/[0-9A-Z]{8}$`))
  const page = await until(async () => {
    const answer = await fetch(link)
    return answer.ok ? await answer.text() : undefined
  })
  expect(page).toContain('refused by policy')
  expect(page).not.toMatch(/gives points|c@example\.net/)
})

test('the owner of a mailbox asks for a link, gets it as mail, and sees only their own', TIMEOUT, async () => {
  await using folder = await scratch()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const more = `, url: '${url}', mailboxes: true }, domains: ['example.net'], mail: { from: 'postern@example.net'`
  await using relay = await start(folder.path, port, more)
  await setUp(relay, port)
  for (const to of ['b@example.net', 'd@example.net']) await deliver(relay.port, letter(to), to)
  const user = new Browser(port)
  for (const address of ['b@elsewhere.example', 'B@example.net'])
    expect((await user.call('session.link', { body: { address } })).json).toEqual({ kind: 'sent' })
  const mail = await until(async () => {
    const found = await messages(join(folder.path, 'mail'))
    return found.find(text => text.includes('Auto-Submitted'))
  })
  expect(mail).toMatch(/^To: <?b@example\.net>?/m)
  const [, token] = /#\/link\/([\w-]{43})/.exec(mail.replace(/=\r\n/g, '')) ?? []
  expect((await user.call('session.redeem', { body: { token } })).json).toMatchObject({ account: { role: 'user' } })
  expect((await user.call('session.redeem', { body: { token } })).status).toBe(401)
  const shown = await until(async () => {
    const { json } = await user.call('messages.search')
    const entries = json.entries as readonly { readonly recipient: string }[]
    return entries.length > 0 ? entries : undefined
  })
  expect(new Set(shown.map(({ recipient }) => recipient))).toEqual(new Set(['b@example.net']))
  expect((await user.call('load.get')).status).toBe(403)
  // Our own mail was not judged, and no mail went elsewhere.
  expect((await messages(join(folder.path, 'mail'))).filter(text => text.includes('Auto-Submitted'))).toHaveLength(1)
})
