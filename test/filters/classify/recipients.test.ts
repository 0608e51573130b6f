/** Whose judgement an example changes: the recipient that it names, or the user in the name of its reporter. */

import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newClassifier } from '../../../src/classify/classifier.ts'
import { postern } from '../../../src/engine/gateway.ts'
import { classify } from '../../../src/filters/classify/classify.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { settled } from '../../../src/testing/clock.ts'
import { zone } from '../../../src/testing/zone.ts'
import { handClock } from '../../support/hand-clock.ts'
import { scratch } from '../../support/scratch.ts'
import { sorted } from '../../support/sorted-mail.ts'

const fileOf = (owner: string) => `${createHash('sha256').update(owner).digest('hex').slice(0, 32)}.postern`

test.for<[string, { readonly by: string; readonly recipient?: string }, string | undefined]>([
  ['a user who is named by an address', { by: 'user:Alice@example.org' }, 'alice@example.org'],
  ['what a user answers', { by: 'answer:alice@example.org' }, 'alice@example.org'],
  ['a release by an operator', { by: 'admin:carol@example.org', recipient: 'Bob@example.org' }, 'bob@example.org'],
  ['a move to Junk', { by: 'rspamd:192.0.2.1', recipient: 'bob@example.org' }, 'bob@example.org'],
  ['an operator who names no recipient', { by: 'admin:carol@example.org' }, undefined],
  ['mail to a trap', { by: 'trap:trap@example.org' }, undefined],
  ['a user without an address', { by: 'user:alice' }, undefined],
])('%s: %j is kept for %s', async ([, said, owner]) => {
  await using folder = await scratch('overlay-')
  const filters = [classify({ classifier: newClassifier(), overlays: 'user', folder: folder.path })]
  const gateway = postern({ filters, dns: zone({}), notify: () => undefined })
  await gateway.feedback({ message: Buffer.from(sorted('spam', 1)), label: 'spam', ...said })
  await gateway.close()
  const names = await readdir(join(folder.path, 'overlays')).catch(() => [])
  expect(names).toEqual(owner === undefined ? [] : [fileOf(owner)])
})

test('another node keeps it for the same recipient', async () => {
  await using folder = await scratch('overlay-')
  const clock = handClock()
  const store = memoryStore({ clock })
  const nodeOf = (place?: string) =>
    postern({
      filters: [
        classify({ classifier: newClassifier(), shared: true, overlays: 'user', ...(place && { folder: place }) }),
      ],
      ...{ dns: zone({}), clock, store, notify: () => undefined },
    })
  const [one, other] = [nodeOf(), nodeOf(folder.path)]
  await settled()
  const message = Buffer.from(sorted('spam', 1))
  await one.feedback({ message, label: 'spam', by: 'admin:carol', recipient: 'bob@example.org' })
  await expect
    .poll(async () => {
      await clock.advance(2_000)
      return await readdir(join(folder.path, 'overlays')).catch(() => [])
    })
    .toEqual([fileOf('bob@example.org')])
  await one.close()
  await other.close()
})

test('a recipient that is no text, or too long, is refused', async () => {
  const gateway = postern({ filters: [classify()], dns: zone({}), notify: () => undefined })
  for (const recipient of [7, 'a'.repeat(400)])
    await expect(
      gateway.feedback({ ref: 'A', label: 'spam', by: 'x', recipient: recipient as string }),
    ).rejects.toThrow('recipient')
  await gateway.close()
})
