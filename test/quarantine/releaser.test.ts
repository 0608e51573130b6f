/**
 * A person decides: the message is delivered once, the filters learn, the sender is allowed, and all can be taken back.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newClassifier } from '../../src/classify/classifier.ts'
import { type Gateway, postern } from '../../src/engine/gateway.ts'
import { classify } from '../../src/filters/classify/classify.ts'
import { type SenderLists, senderLists } from '../../src/filters/index.ts'
import type { Action } from '../../src/model/action-event.ts'
import type { Feedback } from '../../src/model/feedback.ts'
import type { Notice } from '../../src/model/services.ts'
import type { Store } from '../../src/model/store.ts'
import {
  type Authentication,
  folderQuarantine,
  type NewHeldMessage,
  newReleaser,
  provenSender,
  type Quarantine,
  type Releaser,
  type ReleaserAction,
  type ReleaserOptions,
} from '../../src/quarantine/index.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { clock as handClock, zone } from '../../src/testing/index.ts'
import { type Scratch, scratch } from '../support/scratch.ts'
import { sorted } from '../support/sorted-mail.ts'

const OWN = 'Received: from client.example\r\n\tby mx.example.org\r\nX-Postern-Ref: K3X9ABCD\r\n'
const BOB = 'bob@example.org'
const DMARC: Authentication = { dmarc: { result: 'pass', domain: 'example.com', policy: 'reject' } }

let folder: Scratch
let clock: ReturnType<typeof handClock>
let store: Store
let lists: SenderLists
let gateway: Gateway
let classifier: ReturnType<typeof newClassifier>
let quarantine: Quarantine
let actions: Action[]
let notices: Notice[]
let delivered: string[]
const open: { close(): Promise<void> }[] = []

beforeEach(async () => {
  folder = await scratch()
  clock = handClock()
  store = memoryStore({ clock })
  lists = senderLists({ store, clock })
  classifier = newClassifier({ falsePositives: 0.05, minExamples: 20 })
  gateway = postern({ filters: [classify({ classifier })], dns: zone({}), clock, store, notify: () => undefined })
  actions = []
  notices = []
  delivered = []
  quarantine = await openQuarantine()
})
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
  await gateway.close()
  await folder.remove()
})

async function openQuarantine(): Promise<Quarantine> {
  const opened = await folderQuarantine({
    folder: folder.path,
    clock,
    notify: notice => notices.push(notice),
    deliver: async ({ name }) => {
      if (!delivered.includes(name)) delivered.push(name)
    },
  })
  open.push(opened)
  return opened
}

function releaserWith(options: Partial<ReleaserOptions> = {}): Releaser {
  const releaser = newReleaser({
    ...{ quarantine, lists, clock },
    feedback: said => gateway.feedback(said),
    record: action => actions.push(action),
    notify: notice => notices.push(notice),
    ...options,
  })
  open.push(releaser)
  return releaser
}

async function hold(fields: Partial<NewHeldMessage> = {}, message = sorted('ham', 500)): Promise<string> {
  const bytes = Buffer.concat([Buffer.from(OWN), message])
  const result = await quarantine.hold({
    ...{ ref: 'K3X9ABCD', transaction: 1, kind: 'spam', ip: '192.0.2.1', reversePath: 'ann@example.com' },
    ...{ recipients: [BOB], from: 'ann@example.com', score: 7.5, findings: [], authentication: DMARC },
    ownFields: OWN.length,
    content: (async function* () {
      // In pieces that end within our own fields.
      for (let from = 0; from < bytes.length; from += 50) yield bytes.subarray(from, from + 50)
    })(),
    size: bytes.length,
    ...fields,
  })
  if (result.kind !== 'held') throw new Error(result.reason)
  return result.message.id
}

const by = (id: string, fields: Partial<ReleaserAction> = {}): ReleaserAction => ({
  ...{ id, recipient: BOB, by: BOB, role: 'user' },
  ...fields,
})
const all = { train: true, allow: true } as const
const entries = async () => (await lists.entries(BOB)).map(({ effect, sender, author }) => [effect, sender, author])
const entry = async (id: string) => (await quarantine.get(id))?.recipients[0]

test('a release delivers, trains that it was wanted, allows the sender for this recipient, and is recorded', async () => {
  const id = await hold()
  const result = await releaserWith().release(by(id, { ...all, why: 'my supplier' }))
  expect(result).toMatchObject({ kind: 'done', trained: 'ham', allowed: { sender: 'ann@example.com' }, remarks: [] })
  expect(delivered).toHaveLength(1)
  expect(classifier.exampleCounts).toEqual({ ham: 1, spam: 0 })
  expect(await entries()).toEqual([['allow', 'ann@example.com', BOB]])
  const common = { ref: 'K3X9ABCD', recipient: BOB, by: BOB, role: 'user', result: 'done' }
  expect(actions).toEqual([
    { ...common, action: 'allow', target: 'ann@example.com' },
    { ...common, action: 'release', target: id, why: 'my supplier' },
  ])
  expect(await entry(id)).toMatchObject({ state: 'released', trained: 'ham', allowed: { scope: BOB } })
  expect((await quarantine.list({ pending: true })).entries).toEqual([])
})

test('the filters learn the message as it came, without what the gateway has written on top', async () => {
  const learned: (Feedback & { readonly text: string })[] = []
  const feedback = async (said: Feedback) => {
    const parts: Buffer[] = []
    for await (const part of said.message as AsyncIterable<Buffer>) parts.push(part)
    learned.push({ ...said, text: Buffer.concat(parts).toString() })
  }
  const releaser = releaserWith({ feedback })
  await releaser.release(by(await hold(), { train: true }))
  await releaser.delete(by(await hold(), { train: true, role: 'admin', by: 'root' }))
  expect(learned).toMatchObject([
    { ref: 'K3X9ABCD', label: 'ham', by: `user:${BOB}`, undo: false, text: sorted('ham', 500).toString() },
    { label: 'spam', by: 'admin:root' },
  ])
})

test.for<[title: string, evidence: Parameters<typeof provenSender>[0], name: string | undefined]>([
  [
    'the author, proven by DMARC',
    { from: 'Ann@Example.com', reversePath: 'x@y.example', authentication: DMARC },
    'ann@example.com',
  ],
  [
    'nothing: DMARC fails',
    {
      from: 'a@b.example',
      reversePath: 'a@b.example',
      authentication: { ...spf('b.example'), dmarc: { result: 'fail', domain: 'b.example', policy: 'none' } },
    },
    undefined,
  ],
  [
    'nothing: DMARC passes by a record that allows half the Internet',
    {
      from: 'a@b.example',
      reversePath: 'a@b.example',
      authentication: { dmarc: { result: 'pass', domain: 'b.example', policy: 'none', permissive: true } },
    },
    undefined,
  ],
  [
    'the author, whose path SPF proves',
    { from: 'a@b.example', reversePath: 'A@B.example', authentication: spf('b.example') },
    'a@b.example',
  ],
  [
    'the author, whose path a signature proves',
    { from: 'a@b.example', reversePath: 'a@b.example', authentication: signed('b.example') },
    'a@b.example',
  ],
  [
    'the organisation that signs',
    { from: 'a@b.example', reversePath: 'bounce-7@mail.b.example', authentication: signed('mail.b.example') },
    'dkim:mail.b.example',
  ],
  [
    'the organisation that SPF proves',
    { from: 'a@b.example', reversePath: 'bounce-7@mail.b.example', authentication: spf('mail.b.example') },
    'spf:mail.b.example',
  ],
  [
    'nothing: a stranger signs and sends',
    {
      from: 'a@b.example',
      reversePath: 'x@bulk.example',
      authentication: { ...spf('bulk.example'), ...signed('bulk.example') },
    },
    undefined,
  ],
  [
    'nothing: a part is signed',
    {
      from: 'a@b.example',
      reversePath: 'a@b.example',
      authentication: { dkim: [{ result: 'pass', domain: 'b.example', selector: 's', partial: true }] },
    },
    undefined,
  ],
  [
    'nothing: SPF was asked about the greeting',
    { from: 'a@b.example', reversePath: 'a@c.example', authentication: spf('b.example') },
    undefined,
  ],
  ['nothing: no author', { reversePath: 'a@b.example', authentication: spf('b.example') }, undefined],
  ['nothing: no filter has asked', { from: 'a@b.example', reversePath: 'a@b.example' }, undefined],
])('%s may be allowed', ([, evidence, name]) => {
  expect(provenSender(evidence)).toBe(name)
})

function spf(domain: string): Authentication {
  return { spf: { result: 'pass', domain } }
}
function signed(domain: string): Authentication {
  return { dkim: [{ result: 'pass', domain, selector: 's' }] }
}

test('a sender that nothing proves is not allowed, and the answer says why', async () => {
  const id = await hold({ authentication: {} })
  const result = await releaserWith().release(by(id, all))
  expect(result).toMatchObject({ kind: 'done', trained: 'ham', remarks: [expect.stringContaining('nothing proves')] })
  expect(await entries()).toEqual([])
  expect(actions).toMatchObject([
    { action: 'release', result: 'done', reason: expect.stringContaining('nothing proves') },
  ])
})

test('an entry that is there already stays as it is, also when the release is taken back', async () => {
  await lists.add({ effect: 'allow', sender: 'ann@example.com', scope: BOB, author: 'root', note: 'since 2020' })
  const id = await hold()
  const releaser = releaserWith()
  expect(await releaser.release(by(id, all))).toMatchObject({ remarks: ['ann@example.com is allowed already'] })
  await releaser.undo(by(id))
  expect(await entries()).toEqual([['allow', 'ann@example.com', 'root']])
})

describe('what is asked for twice', () => {
  test('is done once, however many ask at the same time', async () => {
    const id = await hold()
    const releasers = [releaserWith(), releaserWith()]
    await Promise.all(Array.from({ length: 6 }, (_, index) => releasers[index % 2]?.release(by(id, all))))
    expect([delivered.length, classifier.exampleCounts.ham, (await entries()).length]).toEqual([1, 1, 1])
  })

  test('and is more than before: the rest is done, and nothing is delivered again', async () => {
    const id = await hold()
    const releaser = releaserWith()
    expect(await releaser.release(by(id))).toEqual({ kind: 'done', remarks: [] })
    expect(await releaser.release(by(id, all))).toMatchObject({ kind: 'done', trained: 'ham' })
    expect(await releaser.release(by(id, all))).toEqual({ kind: 'done-before', state: 'released' })
    expect([delivered.length, classifier.exampleCounts.ham, (await entries()).length]).toEqual([1, 1, 1])
  })
})

test('a decision whose steps are being done is not taken back: the training would outlast it', async () => {
  const id = await hold()
  const training = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const releaser = releaserWith({
    feedback: async said => {
      reached.resolve()
      await training.promise
      await gateway.feedback(said)
    },
  })
  const deleted = releaser.delete(by(id, all))
  await reached.promise
  expect(await releaserWith().undo(by(id))).toMatchObject({
    kind: 'failed',
    reason: expect.stringContaining('carried out'),
  })
  training.resolve()
  await deleted
  expect(await releaserWith().undo(by(id))).toEqual({ kind: 'done', remarks: [] })
  expect([classifier.exampleCounts.spam, (await entry(id))?.trained]).toEqual([0, undefined])
})

describe('after a crash', () => {
  const STEPS = ['train', 'allow', 'record'] as const
  test.for(STEPS)('before the step %s all goes on, once', async step => {
    const id = await hold()
    // The process that dies settles nothing any more.
    const never = () => new Promise<never>(() => undefined)
    const reached = Promise.withResolvers<void>()
    const dies = () => {
      reached.resolve()
      return never()
    }
    const dying = {
      ...(step === 'train' && { feedback: dies }),
      ...(step === 'allow' && { lists: { add: dies, remove: dies, entries: dies } }),
      ...(step === 'record' && {
        record: () => {
          reached.resolve()
          throw new Error('dies')
        },
      }),
    }
    void releaserWith(dying).release(by(id, all))
    await reached.promise
    const next = releaserWith({ quarantine: await openQuarantine() })
    await next.resume()
    expect(actions.filter(({ action }) => action === 'release')).toEqual([])
    await clock.advance(60_000)
    await Promise.all([next.resume(), next.resume()])
    expect([delivered.length, classifier.exampleCounts.ham, (await entries()).length]).toEqual([1, 1, 1])
    expect(await entry(id)).toMatchObject({ state: 'released', trained: 'ham', allowed: { scope: BOB } })
    expect(actions.some(({ action, result }) => action === 'release' && result === 'done')).toBe(true)
  })

  test('between an entry and its note the same entry is found, and can be taken back', async () => {
    const id = await hold()
    await lists.add({ effect: 'allow', sender: 'ann@example.com', scope: BOB, author: BOB, note: `released ${id}` })
    const releaser = releaserWith()
    await releaser.release(by(id, all))
    await releaser.undo(by(id))
    expect(await entries()).toEqual([])
  })

  test('a step that fails is tried again for a day, does not hold up the others, and is given up with a notice', async () => {
    const id = await hold()
    const releaser = releaserWith({ feedback: () => Promise.reject(new Error('the store is down')) })
    const result = await releaser.release(by(id, all))
    expect(result).toMatchObject({ kind: 'done', remarks: [expect.stringContaining('the store is down')] })
    expect(await entries()).toHaveLength(1)
    releaser.start()
    await clock.advance(3_600_000)
    expect((await entry(id))?.pending).toEqual(['train'])
    expect(notices).toEqual([])
    await clock.advance(86_400_000)
    await expect.poll(async () => (await entry(id))?.pending).toBeUndefined()
    expect(notices).toMatchObject([{ code: 'quarantine/steps', reason: expect.stringContaining('given up') }])
  })
})

describe('what is taken back', () => {
  test('after a release: the training and the entry; the message stays with its recipient', async () => {
    const id = await hold()
    const releaser = releaserWith()
    await releaser.release(by(id, all))
    const result = await releaser.undo(by(id, { why: 'it was spam' }))
    expect(result).toEqual({ kind: 'done', remarks: ['the message stays with its recipient'] })
    expect(classifier.exampleCounts).toEqual({ ham: 0, spam: 0 })
    expect(await entries()).toEqual([])
    expect(actions.at(-1)).toMatchObject({ action: 'undo', target: id, by: BOB, why: 'it was spam', result: 'done' })
    await releaser.undo(by(id))
    expect(classifier.exampleCounts).toEqual({ ham: 0, spam: 0 })
  })

  test('by an operator: what the user has trained', async () => {
    const id = await hold()
    const releaser = releaserWith()
    await releaser.release(by(id, all))
    await releaser.undo(by(id, { by: 'root', role: 'admin' }))
    expect(classifier.exampleCounts).toEqual({ ham: 0, spam: 0 })
  })

  test('after a deletion: the message is held again, and can be released', async () => {
    const id = await hold()
    const releaser = releaserWith()
    await releaser.delete(by(id, { train: true }))
    expect(classifier.exampleCounts).toEqual({ ham: 0, spam: 1 })
    expect(await releaser.undo(by(id))).toEqual({ kind: 'done', remarks: [] })
    expect([classifier.exampleCounts.spam, (await entry(id))?.state]).toEqual([0, 'held'])
    expect(await releaser.release(by(id, all))).toMatchObject({ kind: 'done', trained: 'ham' })
  })

  test('too late: the message is no longer kept, and the answer says so', async () => {
    const id = await hold()
    const releaser = releaserWith()
    await releaser.delete(by(id, { train: true }))
    await clock.advance(86_400_000)
    await quarantine.tidy()
    expect(await releaser.undo(by(id))).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('no longer kept'),
    })
  })

  test('of a message that is held is nothing', async () => {
    const id = await hold()
    expect(await releaserWith().undo(by(id))).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('no decision'),
    })
  })
})

test('what a role may not do is refused and recorded; what is not there is neither', async () => {
  const id = await hold({ kind: 'malware' })
  const releaser = releaserWith()
  expect(await releaser.release(by(id, all))).toMatchObject({ kind: 'forbidden' })
  expect(await releaser.release(by('x'.repeat(16), all))).toEqual({ kind: 'unknown' })
  expect(await releaser.release(by(id, { ...all, recipient: 'eve@example.org' }))).toEqual({ kind: 'unknown' })
  expect(actions).toMatchObject([{ action: 'release', result: 'refused', reason: expect.stringContaining('malware') }])
  expect([delivered, classifier.exampleCounts.ham, await entries()]).toEqual([[], 0, []])
})
