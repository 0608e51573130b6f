/** Unpacks one container after the other in a thread, so that endless work can be terminated. */
import { serveBounded } from '../../threads/serve-bounded.ts'
import { loadSevenZip } from './seven-zip.ts'
import type { Unpacked, UnpackTask } from './task.ts'

void serveBounded<UnpackTask, Unpacked>(async () => {
  const unpack = await loadSevenZip()
  return async task => {
    const answer = await unpack(task)
    return { answer, transfer: answer.files.map(({ bytes }) => bytes.buffer) }
  }
})
