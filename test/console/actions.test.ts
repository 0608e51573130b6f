/** What people do in the console: release, delete, correct, allow, deny, take back, edit points. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Feedback } from '../../src/model/feedback.ts'
import { type OpenedConsole, openConsole } from './support/open-console.ts'
import { type World, world } from './support/world.ts'

let mail: World
let opened: OpenedConsole

beforeEach(async () => {
  mail = await world()
  opened = await openConsole({ sources: mail.sources })
})
afterEach(async () => {
  await opened[Symbol.asyncDispose]()
  await mail[Symbol.asyncDispose]()
})

const held = async (...[recipients, options]: Parameters<World['mail']>) => {
  const made = await mail.mail(recipients, { kind: 'spam', ...options })
  await mail.history.flush()
  return made
}

const undoOf = ({ json }: { readonly json: Readonly<Record<string, unknown>> }): string => {
  const [result] = (json.results ?? [json]) as readonly { readonly undo?: string }[]
  return result?.undo ?? ''
}

test('a user finds a held message by its reference, releases it, and it is delivered once', async () => {
  const { ref, id } = await held(['bob@example.org', 'ann@example.org'])
  const user = await opened.asUser('bob@example.org')
  const shown = (await user.call('messages.get', { params: { ref } })).json
  expect(shown).toMatchObject({ isPartial: true, held: [{ id, recipient: 'bob@example.org', mayRelease: true }] })
  expect(shown.scopes).toEqual(['bob@example.org'])
  const body = { action: 'release', items: [{ id, recipient: 'bob@example.org' }], train: true, why: 'an invoice' }
  expect((await user.call('held.act', { body })).json.results).toMatchObject([{ id, kind: 'done' }])
  const again = { action: 'release', items: body.items }
  expect((await user.call('held.act', { body: again })).json.results).toMatchObject([{ kind: 'done-before' }])
  expect(mail.delivered).toEqual([`${id} bob@example.org`])
  expect(mail.feedbacks).toMatchObject([
    { ref, label: 'ham', by: 'user:bob@example.org', recipient: 'bob@example.org' },
  ])
})

test('what a role may not release is refused with a reason, message by message', async () => {
  const [spam, trap, virus] = [
    await held(['bob@example.org']),
    await held(['bob@example.org'], { kind: 'phishing' }),
    await held(['bob@example.org'], { kind: 'malware' }),
  ]
  const items = [spam, trap, virus].map(({ id }) => ({ id, recipient: 'bob@example.org' }))
  const kinds = async (browser: Awaited<ReturnType<OpenedConsole['as']>>) =>
    ((await browser.call('held.act', { body: { action: 'release', items } })).json.results as { kind: string }[]).map(
      ({ kind }) => kind,
    )
  expect(await kinds(await opened.asUser('bob@example.org'))).toEqual(['done', 'forbidden', 'forbidden'])
  expect(await kinds(await opened.as('operator'))).toEqual(['done-before', 'done', 'forbidden'])
  expect(await kinds(await opened.as('admin'))).toEqual(['done-before', 'done-before', 'done'])
})

test('a deletion is taken back by who has made it, once', async () => {
  const { id } = await held(['bob@example.org'])
  const operator = await opened.as('operator')
  const items = [{ id, recipient: 'bob@example.org' }]
  const deleted = await operator.call('held.act', { body: { action: 'delete', items, train: true } })
  const undo = undoOf(deleted)
  expect(undo.length).toBeGreaterThan(40)
  const other = await opened.as('operator')
  expect((await other.call('undo', { body: { undo } })).status).toBe(404)
  expect((await operator.call('undo', { body: { undo } })).status).toBe(200)
  expect((await operator.call('undo', { body: { undo } })).status).toBe(404)
  expect((await operator.call('held.get', { params: { id } })).json.entries).toMatchObject([{ state: 'held' }])
  expect(mail.feedbacks.map(({ label, undo: back = false }) => [label, back])).toEqual([
    ['spam', false],
    ['spam', true],
  ])
})

test('a message is called spam or wanted by its bytes where it is held, else by its reference; that is taken back', async () => {
  const kept = await held(['bob@example.org'])
  const plain = await mail.mail(['bob@example.org'])
  await mail.history.flush()
  const texts: string[] = []
  const feedback = async ({ message, ...said }: Feedback): Promise<void> => {
    let text = ''
    if (message !== undefined) for await (const chunk of message) text += chunk
    texts.push(`${said.ref} ${text.includes('Hello')} ${said.recipient}`)
  }
  await using other = await openConsole({ sources: { ...mail.sources, feedback } })
  const operator = await other.as('operator')
  for (const { ref } of [kept, plain]) {
    const said = await operator.call('messages.feedback', { params: { ref }, body: { label: 'spam', why: 'a reason' } })
    expect(said.status).toBe(200)
    expect((await operator.call('undo', { body: { undo: undoOf(said) } })).status).toBe(200)
  }
  const [byBytes, byReference] = [`${kept.ref} true bob@example.org`, `${plain.ref} false bob@example.org`]
  expect(texts).toEqual([byBytes, byBytes, byReference, byReference])
  expect(other.actions.map(({ action, target, recipient }) => [action, target, recipient])).toEqual([
    ['train', 'spam', 'bob@example.org'],
    ['undo', 'spam', undefined],
    ['train', 'spam', 'bob@example.org'],
    ['undo', 'spam', undefined],
  ])
})

test('an entry is written with its author, found by its sender, removed, and both are taken back', async () => {
  const operator = await opened.as('operator')
  const body = { effect: 'deny', sender: 'Example.NET', scope: 'example.org', note: 'a campaign' }
  const added = await operator.call('lists.add', { body })
  expect(added.json).toMatchObject({ sender: 'example.net', scope: 'example.org', author: 'operator-1' })
  const found = (await operator.call('senders.get', { params: { name: 'ann@example.net' } })).json
  expect(found.lists).toMatchObject([{ sender: 'example.net', effect: 'deny' }])
  const entries = async () => (await operator.call('lists.list')).json.entries
  expect((await operator.call('undo', { body: { undo: undoOf(added) } })).status).toBe(200)
  expect(await entries()).toEqual([])
  const { json } = await operator.call('lists.add', { body })
  const removed = await operator.call('lists.remove', { params: { id: String(json.id) } })
  expect(await entries()).toEqual([])
  expect((await operator.call('undo', { body: { undo: undoOf(removed) } })).status).toBe(200)
  expect(await entries()).toMatchObject([{ sender: 'example.net', note: 'a campaign' }])
  expect(opened.actions.map(({ action }) => action)).toEqual(['deny', 'undo', 'deny', 'list-remove', 'undo'])
})

test('a wrong entry is refused with what is wrong, by its field', async () => {
  const { status, json } = await (await opened.as('admin')).call('lists.add', {
    body: { effect: 'allow', sender: 'not a sender', scope: 'example.org' },
  })
  expect(status).toBe(400)
  expect(json.error).toMatchObject({ problems: [{ path: 'sender', message: expect.stringContaining('expected') }] })
})

test('copies of a message are found by its fingerprint', async () => {
  const one = await mail.mail(['bob@example.org'])
  await mail.mail(['ann@example.org'])
  await mail.history.flush()
  const viewer = await opened.as('viewer')
  const { json } = await viewer.call('messages.similar', { params: { ref: one.ref } })
  expect((json.entries as readonly { recipient: string }[]).map(({ recipient }) => recipient).toSorted()).toEqual([
    'ann@example.org',
    'bob@example.org',
  ])
})

test('an administrator edits points; all others read them', async () => {
  const admin = await opened.as('admin')
  const body = { rule: 'rdns/generic', points: 2.5, why: 'too many' }
  expect((await admin.call('rules.setPoints', { body })).status).toBe(200)
  const viewer = await opened.as('viewer', ['example.org'])
  expect((await viewer.call('rules.points')).json).toMatchObject({
    edited: [{ rule: 'rdns/generic', points: 2.5, by: 'admin-1', why: 'too many' }],
    thresholds: { quarantine: 6, reject: 15 },
  })
  expect((await admin.call('rules.setPoints', { body: { ...body, points: 1e9 } })).status).toBe(400)
  expect((await (await opened.as('operator')).call('rules.setPoints', { body })).status).toBe(403)
  await admin.call('rules.setPoints', { body: { rule: 'rdns/generic', points: null } })
  expect((await viewer.call('rules.points')).json.edited).toEqual([])
  expect(opened.actions.map(({ action, target, result }) => [action, target, result])).toEqual([
    ['points', 'rdns/generic: 2.5', 'done'],
    ['points', '/rules/points', 'refused'],
    ['points', 'rdns/generic: as configured', 'done'],
  ])
})

test('a page whose source is absent says so', async () => {
  await using bare = await openConsole()
  const admin = await bare.as('admin')
  const sources = (await admin.call('session.get')).json.sources as Readonly<Record<string, boolean>>
  expect(Object.values(sources)).not.toContain(true)
  const params = { ref: 'REF00001', id: 'x', name: 'example.org' }
  for (const name of [
    ...(['messages.search', 'messages.get', 'held.list', 'held.content', 'lists.list', 'rules.list'] as const),
    ...(['load.get', 'live', 'health.get', 'reports.get', 'audit.list'] as const),
  ]) {
    const { status, json } = await admin.call(name, { params })
    expect([name, status, json.error?.code]).toEqual([name, 501, 'not-configured'])
  }
  expect((await admin.call('senders.get', { params })).json).toMatchObject({ identities: [], lists: [], recent: [] })
})
