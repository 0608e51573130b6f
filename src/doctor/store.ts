/** The store: a value is written, read and deleted again. */
import { randomUUID } from 'node:crypto'
import { errorText } from '../model/errors.ts'
import type { Store } from '../model/store.ts'
import type { Check } from './run.ts'
import { verdicts } from './verdicts.ts'

export interface StoreCheckOptions {
  /** For a person, without a password. */
  readonly text: string
  /** Without a fallback. */
  readonly store: () => Promise<{ readonly store: Store; readonly close: () => Promise<void> }>
}

const EXPECTED = 'a store that keeps a value, and answers within 100 ms'
/** After so long local memory counts in its place. */
const SLOW_MS = 100

export const store = ({ text, store: open }: StoreCheckOptions): Check => ({
  name: 'store',
  expected: EXPECTED,
  run: async () => {
    const { ok, warning, failed } = verdicts(`store ${text}`, EXPECTED)
    const remedy = 'start it (postern serve makes a file), and let this process reach and write it'
    try {
      const { store: opened, close } = await open()
      try {
        const [key, value] = [`doctor:${randomUUID()}`, randomUUID()]
        // The first operation may wait for a connection: it is not measured.
        await opened.run([{ op: 'get', key }])
        const began = performance.now()
        const [, entry] = await opened.run([
          { op: 'set', key, value, ttl: 60_000 },
          { op: 'get', key },
          { op: 'delete', key },
        ])
        const ms = Math.round(performance.now() - began)
        if (entry?.value !== value) return [failed('it does not return what was written', remedy)]
        if (ms > SLOW_MS) return [warning(`it took ${ms} ms`, 'bring it nearer, or lighten its load')]
        return [ok(`it keeps a value, in ${ms} ms`)]
      } finally {
        await close()
      }
    } catch (error) {
      return [failed(`it does not answer: ${errorText(error)}`, remedy)]
    }
  },
})
