/** Making answers, and waiting for them no longer than one has time for. */

import type { Answer, FailureCause } from '../model/resolver.ts'
import type { Clock } from '../model/services.ts'

/** Why there is no answer. */
export type Failure = Extract<Answer<never>, { readonly kind: 'failure' }>

/** An answer with these records; NODATA when there are none. */
export const answered = <R>([first, ...rest]: readonly R[]): Answer<R> =>
  first === undefined ? { kind: 'nodata' } : { kind: 'answer', records: [first, ...rest] }

export const failure = (cause: FailureCause, detail: string): Failure => ({ kind: 'failure', cause, detail })

/** The name cannot be asked. It came from a message, so it is not repeated here. */
export const badName: Failure = failure('bad-name', 'the name is not made of labels that DNS can be asked for')

export const aborted: Failure = failure('aborted', 'the asker no longer waits for the answer')

/**
 * The answer if it comes in time, else the failure `late`. The question goes on: others may share it. Never rejects,
 * not even when a resolver that was handed in does.
 */
export function within<R>(
  question: Promise<Answer<R>>,
  { ms, late, clock }: { readonly ms: number; readonly late: Failure; readonly clock: Clock },
): Promise<Answer<R>> {
  return new Promise(resolve => {
    const cancel = clock.after(ms, () => resolve(late))
    const settle = (answer: Answer<R>) => {
      cancel()
      resolve(answer)
    }
    question.then(settle, error => settle(failure('servfail', String(error))))
  })
}

/** The answer, or the failure `aborted` as soon as `signal` says so. */
export function unlessAborted<R>(question: Promise<Answer<R>>, signal: AbortSignal | undefined): Promise<Answer<R>> {
  if (signal === undefined) return question
  if (signal.aborted) return Promise.resolve(aborted)
  return new Promise(resolve => {
    const leave = () => resolve(aborted)
    signal.addEventListener('abort', leave, { once: true })
    question.then(answer => {
      signal.removeEventListener('abort', leave)
      resolve(answer)
    })
  })
}
