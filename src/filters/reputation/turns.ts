/**
 * Counts one refusal for each connection and each transaction, however many commands or recipients were refused in it.
 */
import { fact } from '../../model/fact.ts'
import type { Connection, Stage, Transaction } from '../../model/stage.ts'

const connection = fact('reputation-connection', 'connect', () => ({}))
const transaction = fact('reputation-transaction', 'mail', () => ({}))

/** Returns a function that says whether this is the first refusal of a scope. */
export function newTurns(): (stage: Stage, context: Connection) => Promise<boolean> {
  const counted = new WeakSet<object>()
  return async (stage, context) => {
    const isInside = stage !== 'connect' && stage !== 'helo' && isTransaction(context)
    const scope = await (isInside ? context.ask(transaction) : context.ask(connection))
    if (counted.has(scope)) return false
    counted.add(scope)
    return true
  }
}

const isTransaction = (context: Connection): context is Transaction => 'reversePath' in context
