/** By which names a list can know a client and a sender, and whether they are proven. */
import { isSameOrganisation } from '../../dns/organisation.ts'
import { author } from '../../facts/author.ts'
import { dkim } from '../../facts/dkim/dkim.ts'
import { dmarc } from '../../facts/dmarc.ts'
import { rdns } from '../../facts/rdns.ts'
import type { Connection, Message, Transaction } from '../../model/stage.ts'
import { addressKey, domainOf, mailboxOf } from '../../net/path.ts'
import { spfProof } from '../access/proof.ts'
import type { Identity } from './subject.ts'

/** One name of a client or a sender. */
export interface Name {
  readonly kind: Identity
  readonly name: string
  /** For a reason. */
  readonly what: string
  readonly isProven: boolean
}

/** What is known of a client and a sender; the names in order: those that say more come first. */
export interface Evidence {
  readonly ip: string | undefined
  readonly names: readonly Name[]
}

/** The confirmed names of a client. Asks DNS. */
export async function hostNames(connection: Connection): Promise<readonly Name[]> {
  const { confirmed } = await connection.ask(rdns)
  return confirmed.map(name => ({
    kind: 'host',
    name: domainOf(name),
    what: `the client’s name ${name}`,
    isProven: true,
  }))
}

/** The reverse-path, proven by SPF or not. Asks DNS. */
export async function reversePathNames(transaction: Transaction): Promise<readonly Name[]> {
  const { reversePath } = transaction
  if (reversePath === '') return []
  const proof = await spfProof(transaction)
  const { domain } = mailboxOf(reversePath)
  const bySpf: readonly Name[] = proof === undefined ? [] : [{ kind: 'spf', name: domain, ...said(domain, proof) }]
  return [...addressNames(reversePath, 'the reverse-path', proof), ...bySpf]
}

/** The author proven by DMARC or not, the signers, and the reverse-path as far as a signature proves it. Asks DNS. */
export async function messageNames(message: Message): Promise<readonly Name[]> {
  const from = await message.ask(author)
  const { signatures } = await message.ask(dkim)
  const signers = signatures.filter(({ result, partial }) => result === 'pass' && !partial)
  const names: Name[] = []
  if (from.kind === 'clear') {
    const { result, permissiveSpf, domain } = await message.ask(dmarc)
    const proof = result === 'pass' && !permissiveSpf ? `proven by DMARC of ${domain}` : undefined
    names.push(...addressNames(from.address, 'the author', proof))
    if (proof !== undefined) names.push({ kind: 'dmarc', name: domainOf(from.domain), ...said(from.domain, proof) })
  }
  const { domain } = mailboxOf(message.reversePath)
  const signer = domain === '' ? undefined : signers.find(({ domain: d }) => isSameOrganisation(d, domain))
  if (signer) names.push(...addressNames(message.reversePath, 'the reverse-path', `proven by DKIM of ${signer.domain}`))
  for (const { domain: d } of signers) names.push({ kind: 'dkim', name: domainOf(d), ...said(d, 'proven by DKIM') })
  return names
}

function addressNames(path: string, whose: string, proof: string | undefined): readonly Name[] {
  const mailbox = mailboxOf(path)
  const isProven = proof !== undefined
  const how = isProven ? `, ${proof}` : ', which nothing proves'
  const key = addressKey(mailbox)
  return [
    { kind: 'address', name: key, what: `${whose} ${brief(key)}${how}`, isProven },
    { kind: 'domain', name: mailbox.domain, what: `${whose}’s domain ${brief(mailbox.domain)}${how}`, isProven },
  ]
}

const said = (domain: string, proof: string) => ({ what: `the domain ${brief(domain)}, ${proof}`, isProven: true })

/** RFC 5321 §4.5.3.1.3: a path has at most 256 bytes. */
const brief = (path: string): string => (path.length > 256 ? `${path.slice(0, 256)}…` : path)
