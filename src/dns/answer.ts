/** Makes answers, and waits for them with a deadline or until an abort. */

import type { Answer, FailureCause } from '../model/resolver.ts'
import type { Clock } from '../model/services.ts'

/** Why there is no answer. */
export type Failure = Extract<Answer<never>, { readonly kind: 'failure' }>

/** An answer with these records, or NODATA without records. */
export const answered = <R>([first, ...rest]: readonly R[]): Answer<R> =>
  first === undefined ? { kind: 'nodata' } : { kind: 'answer', records: [first, ...rest] }

export const failure = (cause: FailureCause, detail: string): Failure => ({ kind: 'failure', cause, detail })

/** The name is invalid. It comes from a message, so it is not repeated here. */
export const badName: Failure = failure('bad-name', 'the name is not a valid DNS name')

export const aborted: Failure = failure('aborted', 'the lookup was aborted')

/**
 * The answer if it arrives in time, else the failure `late`. The question continues, because others may share it. Never
 * rejects, not even when the resolver of a host does.
 */
export function withDeadline<R>(
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

/** The answer, or the failure `aborted` as soon as `signal` aborts. */
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
