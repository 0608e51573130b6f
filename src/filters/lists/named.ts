/** Which entries of lists name a sender, for people who look a sender up. */
import { canonical } from '../../net/address.ts'
import { addressKey, domainOf, mailboxOf } from '../../net/path.ts'
import type { ListEntry } from './entry.ts'
import { isInNetwork, readSubject, writeSubject } from './subject.ts'

/**
 * Entries that name this address, domain, network or IP address, or something that it lies in. Proof is not asked for:
 * what is proven is known of a message alone.
 */
export function entriesNaming(entries: readonly ListEntry[], name: string): readonly ListEntry[] {
  const given = readSubject(name)
  const written = 'expected' in given ? name.trim().toLowerCase() : writeSubject(given)
  const ip = canonical(name.trim().split('/')[0] ?? '')
  const names = ip === undefined ? namesOf(name) : []
  return entries.filter(({ sender }) => {
    const subject = readSubject(sender)
    if ('expected' in subject) return false
    if (writeSubject(subject) === written) return true
    if (subject.kind === 'network') return ip !== undefined && isInNetwork(ip, subject.network)
    return names.includes(subject.name)
  })
}

/** The address, its domain, and all that the domain lies below, as entries have them. */
function namesOf(name: string): readonly string[] {
  const isAddress = name.includes('@')
  const domain = isAddress ? mailboxOf(name.trim()).domain : domainOf(name.trim())
  if (domain === '' || domain.length > 253) return []
  const above: string[] = []
  for (let dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) above.push(domain.slice(dot))
  return [...(isAddress ? [addressKey(mailboxOf(name.trim()))] : []), domain, ...above]
}
