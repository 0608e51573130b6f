import { execFile } from 'node:child_process'
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newClassifier } from '../../src/classify/classifier.ts'
import { features } from '../../src/classify/features.ts'
import { newPersistence, rollBack } from '../../src/classify/persistence.ts'
import type { Notice } from '../../src/model/services.ts'
import { handClock } from '../support/hand-clock.ts'
import { type Scratch, scratch } from '../support/scratch.ts'
import { seenIn } from '../support/seen.ts'
import { sorted } from '../support/sorted-mail.ts'

let folder: Scratch
beforeEach(async () => {
  folder = await scratch()
})
afterEach(() => folder.remove())

const MINUTE = 60_000
const snapshot = () => join(folder.path, 'classifier.postern')
const files = async () => (await readdir(folder.path)).toSorted()

/** A node that learns and keeps what it has learned. */
function node() {
  const clock = handClock({ now: 10_000_000 })
  const notices: Notice[] = []
  const classifier = newClassifier()
  const world = { clock, notify: (notice: Notice) => notices.push(notice) }
  const keeper = newPersistence({ folder: folder.path, classifier, services: world })
  let number = 0
  const learn = async () => {
    await keeper.changing()
    number += 1
    classifier.learn(features(seenIn(sorted('ham', number))), 'ham', 0)
  }
  return { clock, notices, classifier, keeper, learn }
}

test('what was learned is on disk within a minute, and known again after a restart', async () => {
  const { clock, classifier, keeper, learn } = node()
  await keeper.load()
  await learn()
  clock.pass(MINUTE - 1)
  expect(await files()).toEqual(['checkpoint-000000010000000.postern'])
  clock.pass(1)
  await expect.poll(files).toEqual(['checkpoint-000000010000000.postern', 'classifier.postern'])
  await keeper.stop()
  const next = node()
  await next.keeper.load()
  expect(next.classifier.export().equals(classifier.export())).toBe(true)
  expect(next.notices).toEqual([])
})

test('stopping saves what the minute has not', async () => {
  const { keeper, learn } = node()
  await keeper.load()
  await learn()
  await keeper.stop()
  const next = node()
  await next.keeper.load()
  expect(next.classifier.learned).toEqual({ ham: 1, spam: 0 })
})

test('each batch begins with a checkpoint, five are kept, and the newest can be gone back to', async () => {
  const { clock, classifier, keeper, learn } = node()
  await keeper.load()
  for (let batch = 0; batch < 7; batch += 1) {
    await learn()
    await learn()
    clock.pass(11 * MINUTE)
  }
  await keeper.save()
  expect((await files()).filter(name => name.startsWith('checkpoint'))).toHaveLength(5)
  expect(classifier.learned.ham).toBe(14)
  expect(await rollBack(folder.path)).toBe(
    `checkpoint-${String(10_000_000 + 6 * 11 * MINUTE).padStart(15, '0')}.postern`,
  )
  const next = node()
  await next.keeper.load()
  expect(next.classifier.learned.ham).toBe(12)
})

test('a node that runs takes over what somebody put in the place of its file', async () => {
  const { classifier, keeper, learn } = node()
  await keeper.load()
  await learn()
  await keeper.save()
  const trained = node()
  await trained.keeper.load()
  for (let count = 0; count < 9; count += 1) await trained.learn()
  await trained.keeper.save()
  await learn()
  await keeper.save()
  expect(classifier.learned.ham).toBe(10)
  expect(classifier.export().equals(await readFile(snapshot()))).toBe(true)
})

test('a damaged file is put aside and told of, and the newest sound checkpoint is taken', async () => {
  const { clock, keeper, learn } = node()
  await keeper.load()
  await learn()
  clock.pass(11 * MINUTE)
  await learn()
  await keeper.save()
  await writeFile(snapshot(), (await readFile(snapshot())).fill(255, 5_000, 9_000))
  const next = node()
  await next.keeper.load()
  expect(next.classifier.learned.ham).toBe(1)
  expect(next.notices).toEqual([
    {
      code: 'classify/load',
      reason: expect.stringContaining(`${snapshot()} was put aside: snapshot: found "a damaged file"`),
      level: 'warning',
    },
  ])
  expect(await files()).toContain('classifier.postern.refused')
})

test('what a killed process left half-written is cleared away, what another is writing is not', async () => {
  const { clock, keeper } = node()
  await writeFile(join(folder.path, 'classifier.postern.1.draft'), 'half')
  await writeFile(join(folder.path, 'classifier.postern.2.draft'), 'half')
  await utimes(join(folder.path, 'classifier.postern.1.draft'), 0, (clock.now() - 3_600_000) / 1000)
  await utimes(join(folder.path, 'classifier.postern.2.draft'), 0, clock.now() / 1000)
  await keeper.load()
  expect(await files()).toEqual(['classifier.postern.2.draft'])
})

test('a folder that cannot be written to is told of, and learning goes on', async () => {
  const { classifier, keeper, learn, notices } = node()
  await keeper.load()
  await folder.remove()
  await writeFile(folder.path, 'not a folder')
  await learn()
  await keeper.save()
  expect(classifier.learned.ham).toBe(1)
  expect(notices.map(({ code, level }) => [code, level])).toEqual([
    ['classify/save', 'warning'],
    ['classify/save', 'warning'],
  ])
})

test('killed at any moment of writing, a snapshot is there whole', { timeout: 60_000 }, async () => {
  const program = fileURLToPath(new URL('../support/saving-node.ts', import.meta.url))
  for (const moment of [150, 260, 400, 600]) {
    const child = execFile(process.execPath, [program, folder.path])
    const begun = new Promise(resolve => child.stdout?.once('data', resolve))
    await begun
    await new Promise(resolve => setTimeout(resolve, moment))
    const gone = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    const { classifier, keeper, notices } = node()
    await keeper.load()
    expect(notices).toEqual([])
    expect(classifier.learned.ham).toBeGreaterThan(0)
  }
})
