/** Whether a client or sender is known, so that it may take what is reserved while the process runs short. */
import { budgetOf } from '../dns/budget.ts'
import { addressTrust, senderTrust } from '../facts/trust.ts'
import type { Services } from '../model/services.ts'
import type { Connection, Transaction } from '../model/stage.ts'
import { canonical } from '../net/address.ts'
import type { KnownClients } from './known-clients.ts'
import { reference } from './reference.ts'
import { Scope } from './scope.ts'

/** Whether the configuration names this address, or its record is good. One read of the store. */
export async function isKnownClient(ip: string, clients: KnownClients, services: Services): Promise<boolean> {
  const address = canonical(ip)
  if (address === undefined) return false
  const connection = new Scope<Connection>('connect', undefined, {
    ...services,
    ip: address,
    client: clients.kindOf(address),
    ref: reference(),
    spokeEarly: false,
    dns: budgetOf(services),
  })
  try {
    return (await connection.ask(addressTrust)) === 'known'
  } finally {
    connection.end()
  }
}

/** Whether the client has a good record, or the sender is proven and known. False when that cannot be found out. */
export async function isKnownSender(transaction: Scope<Transaction>): Promise<boolean> {
  try {
    return (await transaction.ask(senderTrust)) === 'known'
  } catch {
    return false
  }
}
