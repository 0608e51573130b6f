/** The quarantine of the relay: what it does before there is a delivery, and after. */
import { expect, test } from 'vitest'
import type { Delivery } from '../../src/relay/delivery/types.ts'
import { openHeldMailbox } from '../../src/relay/held-mailbox.ts'
import { action, idOf } from '../quarantine/contract.ts'
import { scratch } from '../support/scratch.ts'

/** A folder with a message whose release was interrupted long ago. */
async function interrupted(folder: string): Promise<string> {
  const { DatabaseSync } = await import('node:sqlite')
  const { quarantine } = await openHeldMailbox({ folder }, () => undefined)
  const id = await idOf(quarantine)
  await quarantine.close()
  const index = new DatabaseSync(`${folder}/index.db`)
  index.exec("UPDATE recipients SET state = 'releasing', at = 1, by = 'ann', role = 'admin'")
  index.close()
  return id
}

test('a quarantine without a delivery lists, and begins no release: it closes at once', async () => {
  await using folder = await scratch()
  const id = await interrupted(folder.path)
  const { quarantine } = await openHeldMailbox({ folder: folder.path }, () => undefined)
  expect((await quarantine.list({ state: 'releasing' })).entries).toMatchObject([{ id, at: 1 }])
  await quarantine.close()
})

test('what was interrupted goes on with the first delivery', async () => {
  await using folder = await scratch()
  const id = await interrupted(folder.path)
  const { quarantine, deliverBy } = await openHeldMailbox({ folder: folder.path }, () => undefined)
  const names: string[] = []
  deliverBy({ redeliver: async ({ name }) => void names.push(name) } as Partial<Delivery> as Delivery)
  await expect.poll(() => names.length).toBe(1)
  await quarantine.close()
  const again = await openHeldMailbox({ folder: folder.path }, () => undefined)
  expect(await again.quarantine.release(action(id))).toEqual({ kind: 'done-before', state: 'released' })
  await again.quarantine.close()
})
