/** The files of overlays, whatever users are named and however much they say at once. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { VIEWS } from '../../../src/classify/features.ts'
import { Overlay } from '../../../src/classify/overlay.ts'
import { pack } from '../../../src/classify/packing.ts'
import { Overlays } from '../../../src/filters/classify/overlays.ts'
import type { Notice } from '../../../src/model/services.ts'
import { scratch } from '../../support/scratch.ts'

const features = VIEWS.map(() => Uint16Array.of(1, 2, 3))
const example = (id: string, recipient: string) => ({
  ...({ id, by: 'user:desk', label: 'spam', undo: false, weight: 1, recipient } as const),
  features: pack(features),
})

test('fifty examples of one user at once are all in their file, which is whole', async () => {
  const folder = await scratch()
  const notices: Notice[] = []
  const overlays = new Overlays({ by: 'user', folder: folder.path, writes: true, notify: one => notices.push(one) })
  await Promise.all(
    Array.from({ length: 50 }, (_, number) => overlays.learn(example(`${number}`, 'bob@example.org'), -1)),
  )
  expect(notices).toEqual([])
  const [known] = await overlays.overlaid(['bob@example.org'], features)
  const files = await readdir(join(folder.path, 'overlays'))
  expect(files).toHaveLength(1)
  const kept = Overlay.from(await readFile(join(folder.path, 'overlays', files[0] ?? '')))
  expect(kept.effect(features[VIEWS.indexOf('traits')] ?? Uint16Array.of())).toBe(known?.effect)
  await folder.remove()
})

test('no name of a user leads out of the folder, or to what another one has said', async () => {
  const folder = await scratch()
  const overlays = new Overlays({ by: 'user', folder: folder.path, writes: true, notify: () => undefined })
  const names = ['__proto__', 'constructor@x', '../../a@example.org', 'a/b@../..', '\0@x', '@', '', 'x'.repeat(320)]
  for (const name of names) await overlays.learn(example(name, name), -1)
  expect(await readdir(folder.path)).toEqual(['overlays'])
  const files = await readdir(join(folder.path, 'overlays'))
  expect(files.every(name => /^[0-9a-f]{32}\.postern$/.test(name))).toBe(true)
  expect(await overlays.overlaid(['toString', 'bob@example.org'], features)).toEqual([])
  await folder.remove()
})
