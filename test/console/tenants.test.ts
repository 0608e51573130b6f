/** Who sees what: no endpoint answers with mail of others, whatever is asked and by what name. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROUTES, type Route, type RouteName } from '../../src/console/api/routes.ts'
import { fc, runs } from '../support/property.ts'
import { type Answered, type Browser, type OpenedConsole, openConsole } from './support/open-console.ts'
import { type World, world } from './support/world.ts'

const DOMAINS = ['a.example', 'b.example', 'c.example'] as const
/** Each recipient has a local part that stands nowhere else. */
const RECIPIENTS = DOMAINS.flatMap(domain => [`one-at-${domain[0]}@${domain}`, `two-at-${domain[0]}@${domain}`])

let mail: World
let opened: OpenedConsole
/** Every reference with the recipients of its session. */
const sessions: { readonly ref: string; readonly id: string; readonly recipients: readonly string[] }[] = []

beforeAll(async () => {
  mail = await world()
  opened = await openConsole({ sources: mail.sources, record: action => void record(action) })
  for (let bits = 1; bits < 64; bits += 3) {
    const recipients = RECIPIENTS.filter((_, index) => bits & (1 << index))
    const kind = bits % 2 === 0 ? ({ kind: 'spam' } as const) : {}
    sessions.push({ ...(await mail.mail(recipients, kind)), recipients })
  }
  for (const scope of [...RECIPIENTS, ...DOMAINS])
    await mail.sources.lists?.add({ effect: 'deny', sender: 'example.net', scope, note: `note-for-${scope}` })
  await mail.history.flush()
})
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  await mail[Symbol.asyncDispose]()
})

function record(action: Parameters<NonNullable<Parameters<typeof openConsole>[0]>['record'] & object>[0]): void {
  mail.history.append([{ ...action, type: 'action', v: 1, time: mail.clock.now(), node: 'test' }])
}

/** Endpoints that read, with everything that their path can name. */
const reading = (Object.entries(ROUTES) as [RouteName, Route][]).filter(
  ([name, { method, roles }]) => method === 'GET' && roles !== 'public' && name !== 'live',
)

const namesFor = (key: string): readonly string[] => {
  if (key === 'ref') return sessions.map(({ ref }) => ref)
  if (key === 'id') return sessions.flatMap(({ id }) => (id === '' ? [] : [id]))
  return ['example.com', '192.0.2.1', ...RECIPIENTS]
}

/** Calls every endpoint that reads with every name that there is. */
async function readAll(
  browser: Browser,
  query: Readonly<Record<string, string>>,
): Promise<readonly [string, Answered][]> {
  const answers: [string, Answered][] = []
  for (const [name, { path }] of reading) {
    const [, key] = /:(\w+)/.exec(path) ?? []
    for (const value of key === undefined ? [''] : namesFor(key)) {
      const answer = await browser.call(name, { ...(key && { params: { [key]: value } }) })
      answers.push([`${name} ${value}`, answer])
    }
  }
  for (const name of ['messages.search', 'held.list'] as const) {
    const wanted = name === 'messages.search' ? query : { ...(query.recipient && { recipient: query.recipient }) }
    answers.push([name, await browser.call(name, { query: wanted })])
  }
  return answers
}

/** What only foreign mail has: the local parts of its recipients. */
const foreignIn = (text: string, sees: (recipient: string) => boolean): readonly string[] =>
  RECIPIENTS.filter(recipient => !sees(recipient) && text.includes(recipient.split('@')[0] ?? ''))

const query = fc.record(
  {
    recipient: fc.constantFrom(...RECIPIENTS, ...DOMAINS),
    sender: fc.constantFrom('example.com', 'ann1@example.com'),
    text: fc.constantFrom('192.0.2.1', 'REF00001', 'rdns/generic', ...RECIPIENTS),
    verdict: fc.constantFrom('accept', 'quarantine'),
  },
  { requiredKeys: [] },
)

describe('P13 of recipients in other domains', () => {
  test('no endpoint shows anything to an account of some domains', async () => {
    const roles = fc.constantFrom('admin', 'operator', 'viewer')
    await fc.assert(
      fc.asyncProperty(roles, fc.subarray([...DOMAINS]), query, async (role, domains, asked) => {
        const browser = await opened.as(role, domains)
        const sees = (recipient: string): boolean => domains.some(domain => recipient.endsWith(`@${domain}`))
        // Names that were asked for come back where they are echoed: they are no mail.
        for (const [what, { text }] of await readAll(browser, asked)) {
          const found = foreignIn(text, sees).filter(recipient => !what.endsWith(recipient))
          expect([what, found]).toEqual([what, []])
        }
      }),
      { numRuns: runs(6) },
    )
  })

  test('no endpoint shows anything but their own mail to the owner of a mailbox', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...RECIPIENTS), query, async (address, asked) => {
        const browser = await opened.asUser(address)
        for (const [what, { text }] of await readAll(browser, asked))
          expect([what, foreignIn(text, recipient => recipient === address)]).toEqual([what, []])
      }),
      { numRuns: runs(3) },
    )
  })

  test('what they may see is there: the rule hides no mail of their own', async () => {
    const browser = await opened.as('operator', ['a.example'])
    const { json } = await browser.call('messages.search', { query: { limit: '200' } })
    const expected = sessions.flatMap(({ ref, recipients }) =>
      recipients.filter(recipient => recipient.endsWith('@a.example')).map(recipient => `${ref} ${recipient}`),
    )
    const entries = json.entries as readonly { ref: string; recipient: string }[]
    expect(entries.map(({ ref, recipient }) => `${ref} ${recipient}`).toSorted()).toEqual(expected.toSorted())
    const own = sessions.find(({ recipients }) => recipients.some(recipient => recipient.endsWith('@a.example')))
    const shown = (await browser.call('messages.get', { params: { ref: own?.ref ?? '' } })).json
    expect(shown.story).toContainEqual(expect.stringContaining('one-at-a@a.example'))
    const all = await (await opened.as('viewer')).call('messages.search', { query: { limit: '200' } })
    expect(all.json.entries).toHaveLength(sessions.flatMap(({ recipients }) => recipients).length)
  })

  test('a foreign reference, id or entry is answered like a name that does not exist', async () => {
    const browser = await opened.as('operator', ['a.example'])
    const foreign = sessions.find(({ id, recipients }) => id !== '' && recipients.every(r => !r.endsWith('@a.example')))
    const list = await mail.sources.lists?.entries('b.example')
    for (const [name, key, there, missing] of [
      ['messages.get', 'ref', foreign?.ref, 'REF99999'],
      ['messages.similar', 'ref', foreign?.ref, 'REF99999'],
      ['held.get', 'id', foreign?.id, 'nothing'],
      ['held.content', 'id', foreign?.id, 'nothing'],
      ['held.html', 'id', foreign?.id, 'nothing'],
      ['held.source', 'id', foreign?.id, 'nothing'],
      ['lists.remove', 'id', list?.[0]?.id, 'nothing'],
    ] as const) {
      const answers = [there ?? '', missing].map(value => browser.call(name, { params: { [key]: value } }))
      const [one, other] = await Promise.all(answers)
      expect([name, one?.status, one?.text]).toEqual([name, 404, other?.text])
    }
  })
})

describe('P13 actions', () => {
  test('a foreign message is neither released nor deleted nor said to be anything', async () => {
    const browser = await opened.as('operator', ['a.example'])
    const both = sessions.find(
      ({ id, recipients }) =>
        id !== '' && recipients.some(r => r.endsWith('@a.example')) && recipients.some(r => r.endsWith('@b.example')),
    )
    const foreign = both?.recipients.find(recipient => recipient.endsWith('@b.example')) ?? ''
    const items = [{ id: both?.id ?? '', recipient: foreign }]
    for (const action of ['release', 'delete']) {
      const { json } = await browser.call('held.act', { body: { action, items } })
      expect(json.results).toEqual([{ ...items[0], kind: 'unknown' }])
    }
    const other = sessions.find(({ recipients }) => recipients.every(r => !r.endsWith('@a.example')))
    const said = { params: { ref: other?.ref ?? '' }, body: { label: 'ham' } }
    expect((await browser.call('messages.feedback', said)).status).toBe(404)
    expect(mail.delivered).toEqual([])
    expect(mail.feedbacks).toEqual([])
  })

  test('entries are written for own scopes alone', async () => {
    const entry = { effect: 'allow', sender: 'dmarc:example.net' } as const
    const statusFor = async (browser: Browser, more: object) =>
      (await browser.call('lists.add', { body: { ...entry, ...more } })).status
    const operator = await opened.as('operator', ['a.example'])
    expect(await statusFor(operator, { scope: 'a.example' })).toBe(200)
    expect(await statusFor(operator, { scope: 'x@a.example' })).toBe(200)
    for (const scope of ['b.example', 'x@b.example', '', 'sub.a.example', '.a.example', 'x@a.example.b.example'])
      expect([scope, await statusFor(operator, { scope })]).toEqual([scope, 403])
    expect(await statusFor(operator, {})).toBe(403)
    const user = await opened.asUser('one-at-a@a.example')
    expect(await statusFor(user, { scope: 'One-At-A@A.example' })).toBe(200)
    for (const scope of ['two-at-a@a.example', 'a.example', '']) expect(await statusFor(user, { scope })).toBe(403)
    const unproven = { scope: 'one-at-a@a.example', sender: 'example.net', unproven: true }
    expect(await statusFor(user, unproven)).toBe(403)
  })

  test('reports, the preview of points and the record are of own domains', async () => {
    const row = { reporter: 'x', begin: 1, end: 2, messages: 1, passed: 1, quarantined: 0, rejected: 0, failing: [] }
    const complaint = { time: 1, reporter: 'x', kind: 'abuse' }
    const reports = async () => ({
      dmarc: DOMAINS.map(domain => ({ ...row, domain })),
      tls: DOMAINS.map(domain => ({ domain, reporter: 'x', begin: 1, end: 2, successful: 1, failed: 0, failures: [] })),
      complaints: [...RECIPIENTS.map(recipient => ({ ...complaint, recipient })), complaint],
      sent: [{ time: 1, domain: 'example.com', recipient: 'x@example.com', messages: 1, result: 'sent' as const }],
    })
    await using other = await openConsole({ sources: { ...mail.sources, reports } })
    const viewer = await other.as('viewer', ['a.example'])
    await other.clock.advance(60_000)
    const { json } = await viewer.call('reports.get')
    expect(json).toMatchObject({ dmarc: [{ domain: 'a.example' }], tls: [{ domain: 'a.example' }], sent: [] })
    expect(json.complaints).toHaveLength(2)
    const sees = (recipient: string): boolean => recipient.endsWith('@a.example')
    const body = { points: { 'rdns/generic': 20 }, days: 31 }
    const preview = await viewer.call('rules.preview', { body })
    expect((preview.json.all as { examined: number }).examined).toBeGreaterThan(0)
    expect(foreignIn(preview.text, sees)).toEqual([])
    for (const recipient of RECIPIENTS) {
      const action = {
        ref: null,
        action: 'release',
        by: 'someone',
        role: 'admin',
        target: 'x',
        result: 'done',
      } as const
      record({ ...action, recipient, why: `because of ${recipient}` })
    }
    await mail.history.flush()
    const audit = await viewer.call('audit.list', { query: { limit: '200' } })
    expect(audit.text).toContain('because of one-at-a@a.example')
    expect(foreignIn(audit.text, sees)).toEqual([])
  })

  test('the gateway as a whole is for accounts of all domains', async () => {
    const admin = await opened.as('admin', ['a.example'])
    for (const name of ['load.get', 'live', 'health.get', 'settings.get', 'operators.list'] as const)
      expect([name, (await admin.call(name)).status]).toEqual([name, 403])
    const body = { rule: 'rdns/generic', points: 3 }
    expect((await admin.call('rules.setPoints', { body })).status).toBe(403)
  })

  test('each endpoint is refused to the roles that it is not for', async () => {
    for (const role of ['operator', 'viewer', 'user'] as const) {
      const browser = role === 'user' ? await opened.asUser('one-at-a@a.example') : await opened.as(role)
      for (const [name, { roles, sessionOnly }] of Object.entries(ROUTES) as [RouteName, Route][]) {
        if (roles === 'public' || roles.includes(role) || sessionOnly) continue
        expect([role, name, (await browser.call(name, { params: { ref: 'x', id: 'x', name: 'x' } })).status]).toEqual([
          role,
          name,
          403,
        ])
      }
    }
  })

  test('a viewer who releases is refused, and that is recorded', async () => {
    const viewer = await opened.as('viewer')
    const held = sessions.find(({ id }) => id !== '')
    const items = [{ id: held?.id, recipient: held?.recipients[0] }]
    const { status, json } = await viewer.call('held.act', { body: { action: 'release', items } })
    expect([status, json.error?.code]).toEqual([403, 'forbidden'])
    expect(mail.delivered).toEqual([])
    await mail.history.flush()
    const { events } = await mail.history.audit({ action: 'release' })
    expect(events).toContainEqual(expect.objectContaining({ role: 'viewer', result: 'refused' }))
  })
})
