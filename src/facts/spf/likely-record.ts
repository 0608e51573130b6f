/** Asks DNS early for the SPF record that the first sender of a connection probably needs. */
import { organisationalDomain } from '../../dns/organisation.ts'
import { askEarly, fact } from '../../model/fact.ts'
import type { Connection } from '../../model/stage.ts'
import { isGeneric } from '../generic-name.ts'
import { isKnownClient, reverseNames } from '../rdns.ts'

/**
 * A server with a name of its owner mostly sends for the owner's domain, so its record is asked for while the greeting
 * is still delayed: one round less at MAIL for a sender that is not in the cache. Where the guess is wrong, as for the
 * servers of a large provider, it costs one question for the provider's domain, which the cache then holds for all its
 * servers. Names that access providers generate are no guess.
 */
const likelyRecord = fact('likely-spf-record', 'connect', async (connection): Promise<void> => {
  const { ip, dns, signal } = connection
  const names = await connection.ask(reverseNames)
  const [name] = names === 'failed' ? [] : names
  if (ip === undefined || name === undefined || names.length > 1 || isGeneric(name, ip)) return
  const owner = organisationalDomain(name)
  if (owner === undefined || connection.spokeEarly || signal.aborted) return
  await dns.resolve(owner, 'TXT', { signal, purpose: 'spf' })
})

/** Begins to ask for the likely record, unless the client is known: then its record mostly is too. */
export function askLikelyRecord(connection: Connection): void {
  if (!isKnownClient(connection)) askEarly(connection, likelyRecord)
}
