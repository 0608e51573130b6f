/** One refusal a connection and one a transaction, however many verbs or recipients were refused in it. */
import { fact } from '../../model/fact.ts'
import type { Connection, Stage, Transaction } from '../../model/stage.ts'

const connection = fact('reputation-connection', 'connect', () => ({}))
const transaction = fact('reputation-transaction', 'mail', () => ({}))

/** Tells whether this is the first time that a scope is asked about. */
export function newTurns(): (stage: Stage, context: Connection) => Promise<boolean> {
  const taken = new WeakSet<object>()
  return async (stage, context) => {
    const isInside = stage !== 'connect' && stage !== 'helo' && isTransaction(context)
    const scope = await (isInside ? context.ask(transaction) : context.ask(connection))
    if (taken.has(scope)) return false
    taken.add(scope)
    return true
  }
}

const isTransaction = (context: Connection): context is Transaction => 'reversePath' in context
