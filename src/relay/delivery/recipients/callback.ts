/** Recipients that a function knows: a directory, a database. */
import type { Clock } from '../../../model/services.ts'
import type { RecipientCallbackOptions } from '../types.ts'
import { fromBoolean, type RecipientSource } from './source.ts'

const TIMEOUT_MS = 20_000

export function recipientCallback({ ask }: RecipientCallbackOptions, clock: Pick<Clock, 'after'>): RecipientSource {
  const check: RecipientSource['check'] = async ({ address }) => {
    const answer: unknown = await withTimeout(Promise.resolve(ask(address)), clock)
    // A directory that answers with something else must not make all recipients unknown.
    if (typeof answer !== 'boolean')
      throw new TypeError(`ask answered ${String(answer)} for ${address}, neither true nor false`)
    return fromBoolean(answer)
  }
  return { name: 'ask', check, close: () => undefined }
}

async function withTimeout<T>(answer: Promise<T>, clock: Pick<Clock, 'after'>): Promise<T> {
  let cancelTimeout: () => void = () => undefined
  const late = new Promise<never>((_resolve, reject) => {
    cancelTimeout = clock.after(TIMEOUT_MS, () => reject(new Error(`no answer within ${TIMEOUT_MS} ms`)))
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    cancelTimeout()
  }
}
