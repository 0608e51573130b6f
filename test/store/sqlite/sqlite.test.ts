import { join } from 'node:path'
import { sqliteStore } from '../../../src/store/sqlite/sqlite.ts'
import { handClock } from '../../support/hand-clock.ts'
import { scratch } from '../../support/scratch.ts'
import { conforms } from '../conformance.ts'

conforms('SQLite', async () => {
  const folder = await scratch()
  const file = join(folder.path, 'store.db')
  const [store, other] = [sqliteStore({ file }), sqliteStore({ file })]
  return {
    store,
    other,
    close: async () => {
      await Promise.all([store.close(), other.close()])
      await folder.remove()
    },
  }
})

conforms('SQLite by a clock that is wound by hand', async () => {
  const folder = await scratch()
  const file = join(folder.path, 'store.db')
  const clock = handClock({ now: Date.UTC(2026, 10, 23) })
  const [store, other] = [sqliteStore({ file, clock }), sqliteStore({ file, clock })]
  return {
    store,
    other,
    pass: clock.pass,
    close: async () => {
      await Promise.all([store.close(), other.close()])
      await folder.remove()
    },
  }
})
