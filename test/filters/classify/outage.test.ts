/** While the store is down a node learns only what the other nodes will learn too. */
import { expect, test } from 'vitest'
import { newClassifier } from '../../../src/classify/classifier.ts'
import { postern } from '../../../src/engine/gateway.ts'
import { classify } from '../../../src/filters/classify/classify.ts'
import type { Store } from '../../../src/model/store.ts'
import { settled } from '../../../src/testing/clock.ts'
import { message } from '../../../src/testing/message.ts'
import { zone } from '../../../src/testing/zone.ts'
import { handClock } from '../../support/hand-clock.ts'

test('P11 what can no longer wait for the store is refused before the node itself learns it', async () => {
  const classifier = newClassifier()
  const filter = classify({ classifier, shared: true })
  const store: Store = { run: () => Promise.reject(new Error('the store is away')) }
  const gateway = postern({ filters: [filter], dns: zone({}), clock: handClock(), store, notify: () => undefined })
  await settled()
  const learn = (number: number) =>
    gateway.feedback({ message: message({ subject: `Number ${number}` }), label: 'spam', by: 'user:alice' })
  for (let number = 0; number < 1_000; number += 1) await learn(number)
  await expect(learn(1_000)).rejects.toThrow('1000 training examples wait for the store, which is down')
  expect(classifier.exampleCounts).toEqual({ ham: 0, spam: 1_000 })
  expect(filter.metrics?.()).toContainEqual({
    name: 'postern_classify_unsent_examples',
    help: 'Training examples of this node that wait for the store.',
    type: 'gauge',
    samples: [{ labels: {}, value: 1_000 }],
  })
  await gateway.close()
})
