/**
 * What a transaction's event says of the message: only what is known already. Nothing is looked up or computed for it.
 */
import { arc } from '../facts/arc/arc.ts'
import { type Author, author } from '../facts/author.ts'
import { dkim } from '../facts/dkim/dkim.ts'
import { type Dmarc, dmarc } from '../facts/dmarc.ts'
import { readAuthor } from '../facts/read-author.ts'
import { spf } from '../facts/spf/spf.ts'
import type { TransactionEvent } from '../model/events.ts'
import { nodeCrypto } from '../model/lazy.ts'
import type { Message } from '../model/stage.ts'
import { cut, type Privacy } from './events.ts'
import type { Scope } from './scope.ts'

const MAX_SIGNATURES = 10

type MessageFacts = Pick<
  TransactionEvent,
  'size' | 'from' | 'messageId' | 'subject' | 'spf' | 'dkim' | 'dmarc' | 'arc' | 'fingerprint'
>

/** @param scope the innermost scope of the transaction */
export const messageFacts = (scope: Scope, privacy: Privacy): MessageFacts => ({
  ...header(scope, privacy),
  ...authentication(scope),
  ...fingerprintOf(scope),
})

function header(scope: Scope, privacy: Privacy): MessageFacts {
  const { header, size, utf8 } = scope.view as Partial<Message>
  if (header === undefined) return {}
  const found: Author = scope.known(author) ?? readAuthor(header, utf8)
  const messageId = header.all('message-id')[0]?.value
  const subject = privacy.subject === 'off' ? undefined : header.get('subject')
  return {
    ...(size !== undefined && { size }),
    ...(found.kind === 'clear' && { from: cut(found.address) }),
    ...(messageId && { messageId: cut(messageId) }),
    ...(subject !== undefined && { subject: privacy.subject === 'plain' ? cut(subject) : hash(subject, privacy.key) }),
  }
}

/** Keyed, because a plain hash of a short subject is found by trying the likely ones. */
const hash = (subject: string, key: string): string =>
  nodeCrypto().createHmac('sha256', key).update(subject.trim()).digest('base64url').slice(0, 16)

/** What is known already of the sender's identity. */
export function authentication(scope: Scope): MessageFacts {
  const sender = scope.known(spf)
  const signatures = scope.known(dkim)?.signatures
  const policy = scope.known(dmarc)
  const chain = scope.known(arc)
  const sealer = chain?.sealers.at(-1)?.domain
  return {
    ...(sender && {
      spf: {
        ...{ result: sender.result, domain: cut(sender.domain) },
        ...(sender.permissive && { permissive: true as const }),
      },
    }),
    ...(signatures && {
      dkim: signatures.slice(0, MAX_SIGNATURES).map(({ result, domain, selector, partial }) => ({
        ...{ result, domain: cut(domain), selector: cut(selector) },
        ...(partial && { partial: true as const }),
      })),
    }),
    ...(policy && { dmarc: dmarcEntry(policy) }),
    ...(chain && { arc: { result: chain.result, ...(sealer !== undefined && { sealer: cut(sealer) }) } }),
  }
}

function dmarcEntry(found: Dmarc) {
  const { result, domain, policy, policyDomain, alignedBy, permissiveSpf, testing, asksForReports } = found
  return {
    ...{ result, domain: cut(domain), policy },
    ...(policyDomain !== undefined && {
      policyDomain: cut(policyDomain),
      aligned: (['spf', 'dkim'] as const).filter(how => alignedBy.some(({ method }) => method === how)),
    }),
    ...(permissiveSpf && { permissive: true as const }),
    ...(testing && { testing }),
    ...(asksForReports && { reports: asksForReports }),
  }
}

/** By its name: the fact itself would load all that reads bodies. */
function fingerprintOf(scope: Scope): MessageFacts {
  const found = scope.knownByName('fingerprint') as { readonly exact?: string } | undefined
  return found?.exact === undefined ? {} : { fingerprint: found.exact }
}
