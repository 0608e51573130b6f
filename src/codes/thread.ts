/** The thread for codes: searches the pictures of one message after another, each within its share of CPU. */
import { cpuTime } from '../threads/cpu-time.ts'
import { serveBounded } from '../threads/serve-bounded.ts'
import type { CodeAnswer, CodeTask } from './picture.ts'
import { CodeSearch } from './search.ts'
import { webpDecoder } from './webp.ts'
import { loadZxing } from './zxing.ts'

void serveBounded<CodeTask, CodeAnswer>(async () => {
  const zxing = await loadZxing()
  const decodeWebp = webpDecoder()
  return async ({ pictures }) => ({
    answer: await new CodeSearch(zxing, decodeWebp, cpuTime).read(pictures),
    transfer: [],
  })
})
