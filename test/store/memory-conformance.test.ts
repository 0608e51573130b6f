import { memoryStore } from '../../src/store/memory.ts'
import { handClock } from '../support/hand-clock.ts'
import { conforms } from './conformance.ts'

conforms('memory', async () => {
  const clock = handClock()
  const store = memoryStore({ clock })
  return { store, other: store, pass: clock.pass, close: () => undefined }
})
