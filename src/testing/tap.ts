/** Copies a message while it is read, for a recording. */
import { Readable } from 'node:stream'
import { errorText } from '../model/errors.ts'
import { writeMessage } from './recording.ts'

/** Passes a message through and keeps a copy. Never destroys the host's stream. */
export function tap(content: Readable, size: number) {
  const kept: Buffer[] = []
  let length = 0
  let end: 'whole' | 'left' | 'unread' = 'unread'
  let failure: string | undefined
  async function* through() {
    try {
      for await (const chunk of content.iterator({ destroyOnReturn: false })) {
        const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk)
        length += bytes.length
        if (length <= size) kept.push(bytes)
        yield bytes
      }
      if (length <= size) end = 'whole'
    } catch (error) {
      end = 'left'
      failure = errorText(error)
      throw error
    }
  }
  return {
    tapped: Readable.from(through(), { objectMode: false }),
    seen: () => ({ message: writeMessage(Buffer.concat(kept)), end, ...(failure !== undefined && { error: failure }) }),
  }
}
