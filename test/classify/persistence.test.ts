import { execFile } from 'node:child_process'
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newClassifier } from '../../src/classify/classifier.ts'
import { features } from '../../src/classify/features.ts'
import { Persistence, rollBack } from '../../src/classify/persistence.ts'
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
  const persistence = new Persistence({ folder: folder.path, classifier, services: world })
  let number = 0
  const learn = async () => {
    await persistence.beforeChange()
    number += 1
    classifier.learn(features(seenIn(sorted('ham', number))), 'ham', 0)
  }
  return { clock, notices, classifier, persistence, learn }
}

test('the training is on disk within a minute, and survives a restart', async () => {
  const { clock, classifier, persistence, learn } = node()
  await persistence.load()
  await learn()
  clock.pass(MINUTE - 1)
  expect(await files()).toEqual(['checkpoint-000000010000000.postern'])
  clock.pass(1)
  await expect.poll(files).toEqual(['checkpoint-000000010000000.postern', 'classifier.postern'])
  await persistence.stop()
  const next = node()
  await next.persistence.load()
  expect(next.classifier.export().equals(classifier.export())).toBe(true)
  expect(next.notices).toEqual([])
})

test('stopping saves the last changes', async () => {
  const { persistence, learn } = node()
  await persistence.load()
  await learn()
  await persistence.stop()
  const next = node()
  await next.persistence.load()
  expect(next.classifier.exampleCounts).toEqual({ ham: 1, spam: 0 })
})

test('each batch begins with a checkpoint, five are kept, and a rollback restores the newest', async () => {
  const { clock, classifier, persistence, learn } = node()
  await persistence.load()
  for (let batch = 0; batch < 7; batch += 1) {
    await learn()
    await learn()
    clock.pass(11 * MINUTE)
  }
  await persistence.save()
  expect((await files()).filter(name => name.startsWith('checkpoint'))).toHaveLength(5)
  expect(classifier.exampleCounts.ham).toBe(14)
  expect(await rollBack(folder.path)).toBe(
    `checkpoint-${String(10_000_000 + 6 * 11 * MINUTE).padStart(15, '0')}.postern`,
  )
  const next = node()
  await next.persistence.load()
  expect(next.classifier.exampleCounts.ham).toBe(12)
})

test('a running node adopts a snapshot that another process has written', async () => {
  const { classifier, persistence, learn } = node()
  await persistence.load()
  await learn()
  await persistence.save()
  const trained = node()
  await trained.persistence.load()
  for (let count = 0; count < 9; count += 1) await trained.learn()
  await trained.persistence.save()
  await learn()
  await persistence.save()
  expect(classifier.exampleCounts.ham).toBe(10)
  expect(classifier.export().equals(await readFile(snapshot()))).toBe(true)
})

test('a damaged file is renamed and reported, and the newest undamaged checkpoint is loaded', async () => {
  const { clock, persistence, learn } = node()
  await persistence.load()
  await learn()
  clock.pass(11 * MINUTE)
  await learn()
  await persistence.save()
  await writeFile(snapshot(), (await readFile(snapshot())).fill(255, 5_000, 9_000))
  const next = node()
  await next.persistence.load()
  expect(next.classifier.exampleCounts.ham).toBe(1)
  expect(next.notices).toEqual([
    {
      code: 'classify/load',
      reason: expect.stringContaining(`${snapshot()} was renamed to .refused: snapshot: found "a damaged file"`),
      level: 'warning',
    },
  ])
  expect(await files()).toContain('classifier.postern.refused')
})

test('old drafts of killed processes are removed, recent drafts are not', async () => {
  const { clock, persistence } = node()
  await writeFile(join(folder.path, 'classifier.postern.1.draft'), 'half')
  await writeFile(join(folder.path, 'classifier.postern.2.draft'), 'half')
  await utimes(join(folder.path, 'classifier.postern.1.draft'), 0, (clock.now() - 3_600_000) / 1000)
  await utimes(join(folder.path, 'classifier.postern.2.draft'), 0, clock.now() / 1000)
  await persistence.load()
  expect(await files()).toEqual(['classifier.postern.2.draft'])
})

test('a folder that cannot be written to is reported, and learning continues', async () => {
  const { classifier, persistence, learn, notices } = node()
  await persistence.load()
  await folder.remove()
  await writeFile(folder.path, 'not a folder')
  await learn()
  await persistence.save()
  expect(classifier.exampleCounts.ham).toBe(1)
  expect(notices.map(({ code, level }) => [code, level])).toEqual([
    ['classify/save', 'warning'],
    ['classify/save', 'warning'],
  ])
})

test('a process that is killed while it writes leaves an undamaged snapshot', { timeout: 60_000 }, async () => {
  const program = fileURLToPath(new URL('../support/saving-node.ts', import.meta.url))
  for (const moment of [150, 260, 400, 600]) {
    const child = execFile(process.execPath, [program, folder.path])
    const begun = new Promise(resolve => child.stdout?.once('data', resolve))
    await begun
    await new Promise(resolve => setTimeout(resolve, moment))
    const gone = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    const { classifier, persistence, notices } = node()
    await persistence.load()
    expect(notices).toEqual([])
    expect(classifier.exampleCounts.ham).toBeGreaterThan(0)
  }
})
