import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { newClassifier } from '../../src/classify/classifier.ts'
import { features } from '../../src/classify/features.ts'
import { decode } from '../../src/classify/snapshot.ts'
import { PosternError } from '../../src/model/errors.ts'
import { seenIn } from '../support/seen.ts'
import { sorted } from '../support/sorted-mail.ts'

const classifier = newClassifier()
for (let number = 0; number < 5; number += 1) classifier.learn(features(seenIn(sorted('ham', number))), 'ham', 7)
const sound = classifier.export()
const weightsAt = sound.indexOf('\n', sound.indexOf('\n') + 1) + 1

/** Somebody who can write the file can write its checksum. */
function sealed(change: (copy: Buffer) => Buffer): Buffer {
  const body = change(Buffer.from(sound.subarray(0, -32)))
  return Buffer.concat([body, createHash('sha256').update(body).digest()])
}
const written = (value: number, at = weightsAt) =>
  sealed(copy => {
    copy.writeFloatLE(value, at)
    return copy
  })
const headed = (replace: (heading: string) => string) =>
  sealed(copy => {
    const heading = replace(copy.toString('utf8', 0, weightsAt))
    return Buffer.concat([Buffer.from(heading), copy.subarray(weightsAt)])
  })

test('a sound snapshot is read', () => {
  expect(decode(sound)).toMatchObject({ ham: 5, spam: 0, examples: { length: 5 } })
  expect(decode(written(0.5)).models[0]?.weights[0]).toBe(0.5)
})

describe('a snapshot is refused', () => {
  test.for<[string, Buffer]>([
    ['is empty', Buffer.alloc(0)],
    ['is another file', Buffer.from('From: a@example.org\r\n\r\nHello'.repeat(20))],
    ['is larger than any', Buffer.alloc(33 * 1024 * 1024)],
    ['was cut', sound.subarray(0, -1)],
    ['was cut in the middle', sound.subarray(0, 500_000)],
    ['has one bit turned', Buffer.from(sound).fill((sound[9_000] ?? 0) ^ 1, 9_000, 9_001)],
    ['holds NaN', written(Number.NaN)],
    ['holds an infinite weight', written(Number.POSITIVE_INFINITY)],
    ['holds a weight that no training makes', written(1e6)],
    ['holds a variance of nothing', written(0, weightsAt + 65_536 * 4)],
    ['holds a variance above one', written(1.5, weightsAt + 65_536 * 4)],
    ['goes on', sealed(copy => Buffer.concat([copy, Buffer.from('x')]))],
    [
      'promises more than it holds',
      headed(heading => heading.replace(/"margins":\{"ham":\d+/, '"margins":{"ham":60000')),
    ],
    ['counts less than nothing', headed(heading => heading.replace('"ham":5', '"ham":-5'))],
    ['counts no numbers', headed(heading => heading.replace('"ham":5', '"ham":"5"'))],
    ['has examples of other views', headed(heading => heading.replace('"examples":[[', '"examples":[[0,1],['))],
    ['has examples without end', headed(heading => heading.replace('"examples":[[', '"examples":[[0,1e9,1,1],['))],
    [
      'is of a version that is not known',
      headed(heading => heading.replace(/^postern classifier 2/, 'postern classifier 3')),
    ],
    ['has no margins', headed(heading => heading.replace(/"margins":\{.*?\}/, '"margins":null'))],
    ['has losses beyond any', headed(heading => heading.replace(/"losses":\[[\d.]+/, '"losses":[1e9'))],
    ['has no losses', headed(heading => heading.replace(/"losses":\[.*?\]/, '"losses":[]'))],
    ['has a heading that is no JSON', headed(heading => heading.replace('{', '['))],
  ])('when it %s, and what was known stays', ([, bytes]) => {
    const before = classifier.export()
    expect(() => classifier.import(bytes)).toThrow(PosternError)
    expect(() => classifier.merge([bytes])).toThrow(PosternError)
    expect(classifier.export().equals(before)).toBe(true)
  })
})

/** As version 1 wrote it: three views, margins without days, and nothing about where examples come from. */
function versionOne(): Buffer {
  const { models, ham, spam, calibration, examples } = decode(sound)
  const hamQuantiles = Uint16Array.of(300, 301, 302)
  const meta = {
    ham,
    spam,
    hamQuantiles: hamQuantiles.length,
    spamQuantiles: 0,
    calibration: calibration.length,
    examples: examples.map(({ features }) => [0, ...features.slice(0, 3).map(({ length }) => length)]),
  }
  const arrays = [
    ...models.slice(0, 3).flatMap(({ weights, variances, days }) => [weights, variances, days]),
    hamQuantiles,
    calibration,
    ...examples.flatMap(({ features }) => features.slice(0, 3)),
  ]
  const body = Buffer.concat([
    Buffer.from(`postern classifier 1\n${JSON.stringify(meta)}\n`),
    ...arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  ])
  return Buffer.concat([body, createHash('sha256').update(body).digest()])
}

test('a snapshot of version 1 keeps its weights, and its margins are those of imported mail: they guarantee nothing', () => {
  const before = decode(sound)
  const read = decode(versionOne())
  expect([before.isOlder, read.isOlder, read.ham]).toEqual([false, true, 5])
  for (const view of [0, 1, 2]) expect(read.models[view]).toEqual(before.models[view])
  expect(read.models[3]?.weights.every(weight => weight === 0)).toBe(true)
  expect(read.margins).toEqual({
    ham: new Uint16Array(),
    spam: new Uint16Array(),
    imported: Uint16Array.of(300, 0, 301, 0, 302, 0),
  })
  const site = newClassifier()
  expect(site.import(versionOne())).toEqual({ isOlder: true })
  expect(site.judge(features(seenIn(sorted('ham', 1)))).basis.guarantee).toBe(1)
  expect(newClassifier().import(site.export())).toEqual({ isOlder: false })
})

test('a refusal says in a sentence what was found and what is read', () => {
  const newer = headed(heading => heading.replace(/^postern classifier 2/, 'postern classifier 3'))
  expect(() => decode(newer)).toThrow(/version 3.*version 2 or older.*train again/s)
})
