/** The questions of one SPF evaluation: how many there may be, how long they may take, and what their failure means. */
import type { Connection } from '../../core/stage.ts'
import type { Answer, Records, RecordType } from '../../dns/resolver.ts'

/** Why an evaluation ends without a verdict. */
export interface Stop {
  readonly result: 'temperror' | 'permerror'
  /** Ends a sentence. */
  readonly problem: string
}

export interface Asking {
  /** How many different questions may be asked. */
  readonly questions: number
  /** How long all of them together may take, in milliseconds. @default 5000 */
  readonly time?: number
}

export const permerror = (problem: string): Stop => ({ result: 'permerror', problem })

const temperror = (problem: string): Stop => ({ result: 'temperror', problem })

export const isStop = (found: unknown): found is Stop =>
  typeof found === 'object' && found !== null && 'problem' in found

// Of its own doing is what has asked more than RFC 7208 §4.6.4 has terms for when the transaction's share is used up.
const MODEST = 10

/**
 * Too many questions are the record's doing, so a permerror. Too much time is a temperror (§4.6.4): a slow server says
 * nothing of the record.
 */
export function askWithin(
  { dns, signal, clock }: Pick<Connection, 'dns' | 'signal' | 'clock'>,
  { questions, time = 5_000 }: Asking,
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
        return answer.cause === 'budget' && asked.size > MODEST
          ? permerror('it asks for more than the share of a message')
          : temperror(answer.detail)
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
      if (known === undefined && asked.size >= questions) return permerror(`more than ${questions} DNS questions`)
      if (clock.monotonic() >= end) return late
      const question = known ?? dns.resolve(name, type, { signal })
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
