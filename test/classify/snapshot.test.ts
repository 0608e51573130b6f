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
    ['promises more than it holds', headed(heading => heading.replace(/"hamQuantiles":\d+/, '"hamQuantiles":60000'))],
    ['counts less than nothing', headed(heading => heading.replace('"ham":5', '"ham":-5'))],
    ['counts no numbers', headed(heading => heading.replace('"ham":5', '"ham":"5"'))],
    ['has examples of other views', headed(heading => heading.replace('"examples":[[', '"examples":[[0,1],['))],
    ['has examples without end', headed(heading => heading.replace('"examples":[[', '"examples":[[0,1e9,1,1],['))],
    ['has a heading that is no JSON', headed(heading => heading.replace('{', '['))],
  ])('when it %s, and what was known stays', ([, bytes]) => {
    const before = classifier.export()
    expect(() => classifier.import(bytes)).toThrow(PosternError)
    expect(() => classifier.merge([bytes])).toThrow(PosternError)
    expect(classifier.export().equals(before)).toBe(true)
  })
})
