/** The questions of one SPF evaluation: how many there may be, how long they may take, and what their failure means. */

import type { Answer, Purpose, Records, RecordType } from '../../model/resolver.ts'
import type { Connection } from '../../model/stage.ts'

/** Why an evaluation ends without a verdict. */
export interface Stop {
  readonly result: 'temperror' | 'permerror'
  /** Ends a sentence. */
  readonly problem: string
  /** There was an answer to be had, but the share of this transaction is used up. */
  readonly overShare?: true
}

export interface SpfQuestions {
  /** Which share of the transaction's budget the questions are taken from. */
  readonly purpose: Purpose
  /** How long all of them together may take, in milliseconds. @default 5000 */
  readonly time?: number
}

export const permerror = (problem: string): Stop => ({ result: 'permerror', problem })

const temperror = (problem: string): Stop => ({ result: 'temperror', problem })

export const isStop = (found: unknown): found is Stop =>
  typeof found === 'object' && found !== null && 'problem' in found

/**
 * Only the limits of RFC 7208 §4.6.4 make a permerror. Too much time, and more questions than one transaction may ask, say
 * nothing of the record: a temperror.
 */
export function askWithin(
  { dns, signal, clock }: Pick<Connection, 'dns' | 'signal' | 'clock'>,
  { purpose, time = 5_000 }: SpfQuestions,
) {
  const late = temperror(`DNS took more than ${time} ms`)
  const end = clock.monotonic() + time
  const asked = new Map<string, Promise<Answer<unknown>>>()

  const meaning = <R>(answer: Answer<R>): readonly R[] | Stop => {
    switch (answer.kind) {
      case 'answer':
        return answer.records
      case 'nodata':
      case 'nxdomain':
        return []
      case 'failure':
        // A macro makes names such as `bob+lists._spf.example.org`. No host is called so: it is not there, and no error either.
        if (answer.cause === 'bad-name') return []
        return { ...temperror(answer.detail), ...(answer.cause === 'budget' && { overShare: true }) }
      default:
        return answer satisfies never
    }
  }
  return {
    /** The records, none where there are none, or why the evaluation ends. */
    ask: async <T extends RecordType>(name: string, type: T): Promise<readonly Records[T][] | Stop> => {
      const key = `${type} ${name.toLowerCase()}`
      // The key begins with the type, so that what is found under it is of that type.
      const known = asked.get(key) as Promise<Answer<Records[T]>> | undefined
      if (clock.monotonic() >= end) return late
      const question = known ?? dns.resolve(name, type, { signal, purpose })
      asked.set(key, question)
      return meaning(await question)
    },
    /** What `evaluation` comes to, or an error when it is late or the asker has left. */
    within: <V>(evaluation: () => Promise<V>): Promise<V | Stop> =>
      new Promise((resolve, reject) => {
        const cancel = clock.after(time, () => resolve(late))
        evaluation().then(resolve, reject).finally(cancel)
      }),
  }
}
