/** Looks a name up for a fact: at once where the answer is cached. */
import type { MaybePromise } from '../model/maybe-promise.ts'
import type { Answer, Purpose, Records, RecordType, Resolver } from '../model/resolver.ts'

interface Asker {
  readonly dns: Resolver
  readonly signal: AbortSignal
}

/**
 * The answer if it is cached, else its promise. A cached answer needs no promise and no signal: of a message whose
 * answers are cached these would cost more than the look-ups. A promise rejects when the signal has aborted.
 */
export function lookUp<T extends RecordType>(
  asker: Asker,
  name: string,
  type: T,
  purpose?: Purpose,
): MaybePromise<Answer<Records[T]>> {
  const known = asker.dns.known?.(name, type)
  if (known !== undefined) return known
  const { dns, signal } = asker
  return dns.resolve(name, type, purpose === undefined ? { signal } : { signal, purpose }).then(answer => {
    signal.throwIfAborted()
    return answer
  })
}
