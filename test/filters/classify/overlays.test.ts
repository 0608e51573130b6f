/** What a user has said changes the judgement for that user. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { newClassifier } from '../../../src/classify/classifier.ts'
import { type Gateway, postern } from '../../../src/engine/gateway.ts'
import { classify } from '../../../src/filters/classify/classify.ts'
import type { Label } from '../../../src/model/feedback.ts'
import type { Notice } from '../../../src/model/services.ts'
import { settled } from '../../../src/testing/clock.ts'
import { message } from '../../../src/testing/message.ts'
import { zone } from '../../../src/testing/zone.ts'
import { scratch } from '../../support/scratch.ts'
import { sorted } from '../../support/sorted-mail.ts'

/** Mail of a shop that some users want, and others do not. */
const offer = (number: number) =>
  message({
    from: 'Shop <news@shop.example>',
    subject: `Offers of week ${number}`,
    messageId: `<${number}@shop.example>`,
    text: `This week ${number}: jackets, lamps and https://shop.example/${number} for you.\n`,
  })

/** The points for each of these recipients, in one session. */
async function pointsIn(gateway: Gateway, bytes: Buffer, recipients: readonly string[]) {
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('client.example')
  await session.mail('a@example.org')
  for (const recipient of recipients) await session.rcpt(recipient)
  const { each } = await session.data(Readable.from([bytes]))
  session.close()
  return recipients.map(recipient => each.get(recipient)?.score ?? Number.NaN)
}

async function site(overlays: 'user' | 'domain' | false, folder: string) {
  const classifier = newClassifier({ falsePositives: 0.05, minExamples: 20 })
  const notices: Notice[] = []
  const filter = classify({ classifier, overlays, folder })
  const gateway = postern({ filters: [filter], dns: zone({}), notify: notice => notices.push(notice) })
  await settled()
  const say = (label: Label, bytes: Buffer, by: string, undo = false) =>
    gateway.feedback({ message: bytes, label, by, undo })
  const points = (bytes: Buffer, ...recipients: readonly string[]) => pointsIn(gateway, bytes, recipients)
  for (let number = 0; number < 60; number += 1)
    for (const label of ['ham', 'spam'] as const) await say(label, sorted(label, number), 'desk')
  // Half of the users report the offers, the other half want them: the site cannot know.
  for (let week = 0; week < 30; week += 1) {
    await say('ham', offer(week), 'user:alice@example.net')
    await say('spam', offer(week + 100), 'user:bob@example.net')
  }
  return { gateway, notices, points, say, classifier }
}

test('users who judge the same mail differently get different points, and others the judgement of the site', async () => {
  await using folder = await scratch('overlay-')
  const { points, gateway } = await site('user', folder.path)
  const [alice = 0, bob = 0, carol = 0] = await points(
    offer(900),
    'alice@example.net',
    'bob@example.net',
    'carol@example.net',
  )
  expect(bob).toBeGreaterThan(alice)
  expect(carol).toBeGreaterThanOrEqual(alice)
  expect(bob).toBeGreaterThanOrEqual(carol)
  expect(bob - carol).toBeLessThanOrEqual(1.5)
  await gateway.close()
})

test('without the option all get the same', async () => {
  await using folder = await scratch('overlay-')
  const { points, gateway } = await site(false, folder.path)
  const all = await points(offer(900), 'alice@example.net', 'bob@example.net', 'carol@example.net')
  expect(new Set(all).size).toBe(1)
  expect(await readdir(folder.path)).not.toContain('overlays')
  await gateway.close()
})

test('by domain, the users of a domain share one', async () => {
  await using folder = await scratch('overlay-')
  const { gateway, points } = await site('domain', folder.path)
  expect(await readdir(join(folder.path, 'overlays'))).toHaveLength(1)
  const [alice, bob] = await points(offer(900), 'alice@example.net', 'bob@example.net')
  expect(alice).toBe(bob)
  await gateway.close()
})

test('overlays are files without addresses in their names, a restart reads them, and a damaged one is set aside', async () => {
  await using folder = await scratch('overlay-')
  const first = await site('user', folder.path)
  const before = await first.points(offer(900), 'alice@example.net', 'bob@example.net')
  await first.gateway.close()
  const names = await readdir(join(folder.path, 'overlays'))
  expect(names).toEqual([
    expect.stringMatching(/^[0-9a-f]{32}\.postern$/),
    expect.stringMatching(/^[0-9a-f]{32}\.post/),
  ])
  for (const name of names) expect((await readFile(join(folder.path, 'overlays', name))).length).toBeLessThan(65_536)

  const open = async () => {
    const notices: Notice[] = []
    const filter = classify({ overlays: 'user', folder: folder.path, falsePositives: 0.05, minExamples: 20 })
    const gateway = postern({ filters: [filter], dns: zone({}), notify: notice => notices.push(notice) })
    await settled()
    const points = (...recipients: readonly string[]) => pointsIn(gateway, offer(900), recipients)
    return { gateway, notices, points }
  }
  const second = await open()
  expect(await second.points('alice@example.net', 'bob@example.net')).toEqual(before)
  await second.gateway.close()

  for (const name of names) await writeFile(join(folder.path, 'overlays', name), 'rubbish')
  const third = await open()
  const [alice, bob] = await third.points('alice@example.net', 'bob@example.net')
  expect(alice).toBe(bob)
  expect(third.notices.filter(({ code }) => code === 'classify/overlay')).toHaveLength(2)
  expect(await readdir(join(folder.path, 'overlays'))).toEqual(names.map(name => `${name}.refused`).toSorted())
  await third.gateway.close()
})

test('what a user takes back is forgotten, and said twice it counts once', async () => {
  await using fresh = await scratch('overlay-')
  const classifier = newClassifier()
  const open = postern({ filters: [classify({ classifier, overlays: 'user', folder: fresh.path })], dns: zone({}) })
  await settled()
  for (let week = 0; week < 5; week += 1) await open.feedback({ message: offer(week), label: 'ham', by: 'desk' })
  const only = async () => {
    const [name = ''] = await readdir(join(fresh.path, 'overlays'))
    return await readFile(join(fresh.path, 'overlays', name))
  }
  const report = (undo = false) =>
    open.feedback({ message: offer(9), label: 'spam', by: 'user:dave@example.net', undo })
  await report()
  const once = await only()
  await report()
  expect((await only()).equals(once)).toBe(true)
  await report(true)
  expect((await only()).equals(once)).toBe(false)
  await open.close()
})
