/** Authentication-Results (RFC 8601): the results of a message, for the programs that read it later. */

import { queryName } from '../dns/name.ts'
import { type Arc, arc } from '../facts/arc/arc.ts'
import { type Dkim, dkim } from '../facts/dkim/dkim.ts'
import { type Dmarc, dmarc } from '../facts/dmarc.ts'
import { type Rdns, rdns } from '../facts/rdns.ts'
import { type Spf, type SpfCheck, spf } from '../facts/spf/spf.ts'
import { PosternError } from '../model/errors.ts'
import { type Check, check, checked, required, schemaOf } from '../model/options.ts'
import { printable } from '../model/printable.ts'
import { domainOf } from '../net/path.ts'
import { folded, type TraceField, type TraceInput, type Tracer, tokenOrQuoted } from './tracer.ts'

/** The options of {@link authenticationResults}. */
export interface AuthenticationResultsOptions {
  /** The name of this service, the authserv-id: a host or domain name that no other administration uses. */
  readonly id: string
}

const schema = schemaOf<AuthenticationResultsOptions>('authenticationResults', { id: required(hostNameCheck()) })

const NAME = 'Authentication-Results'
const MAX_BYTES = 4096

/**
 * Writes one field with the results of iprev, spf, dkim, dmarc and arc. Facts that no filter asked for are left out,
 * and without any result there is no field. Remove forged fields with the same authserv-id first: see `forged`.
 *
 * @throws PosternError when `id` is not a host name
 */
export function authenticationResults(options: AuthenticationResultsOptions): Tracer {
  const { id } = checked(schema, options)
  const name = authservId(id)
  const tracer: Tracer = ({ ip }, _decision, found): readonly TraceField[] => {
    const all = resultsOf(ip, found)
    return all.length === 0 ? [] : [[NAME, write(name, all)]]
  }
  return Object.assign(tracer, { authservId: name })
}

/** Whether `id` is a valid authserv-id. */
function isHostName(id: unknown): boolean {
  return typeof id === 'string' && queryName(domainOf(id)) !== undefined
}

/** @internal */
export function hostNameCheck(): Check<string> {
  return check('the name of a host or domain, such as mx.example.org; name the host that receives mail', isHostName)
}

/** The form in which an authserv-id is written and compared: lower case, A-labels, no final dot. */
export function authservId(id: string): string {
  const name = queryName(domainOf(id))
  if (name !== undefined) return name
  const expected = 'the name of a host or domain, such as mx.example.org'
  throw new PosternError([{ path: 'id', found: id, expected, remedy: 'name the host that receives mail' }])
}

/** Method and result first, then the properties. */
type Words = readonly [string, ...(string | undefined)[]]

function resultsOf(ip: string | undefined, found: TraceInput): readonly Words[] {
  const reverse = found(rdns)
  const sender = found(spf)
  const signatures = found(dkim)
  const policy = found(dmarc)
  const chain = found(arc)
  return [
    ...(reverse && ip !== undefined ? [iprev(reverse, ip)] : []),
    ...(sender ? senders(sender) : []),
    ...(policy && policy.result !== 'unknown' ? [author(policy)] : []),
    ...(chain ? [sealed(chain, ip)] : []),
    // Last, because there may be many, and results that do not fit are omitted from the end.
    ...(signatures ? signers(signatures) : []),
  ]
}

const iprev = ({ result, confirmed: [name] }: Rdns, ip: string): Words => [
  `iprev=${result}`,
  name === undefined ? undefined : comment(name),
  property('policy.iprev', ip),
]

function senders(sender: Spf): readonly Words[] {
  const checks: readonly SpfCheck[] = sender.identity === 'helo' ? [sender] : [sender, sender.helo]
  // RFC 8601 §2.7.2 has no result for an unknown client or greeting, so nothing is written for it.
  const known = checks.filter(({ result }) => result !== 'unknown')
  return known.map(({ result, domain, identity }) => [
    `spf=${result}`,
    property(identity === 'helo' ? 'smtp.helo' : 'smtp.mailfrom', domain),
  ])
}

const author = ({ result, domain, policy, policyDomain }: Dmarc): Words => [
  `dmarc=${result}`,
  property('header.from', domain),
  policyDomain === undefined ? undefined : property('policy.dmarc', policy),
]

// RFC 8617 §6 requires the address of the client.
const sealed = ({ result, sealers }: Arc, ip: string | undefined): Words => [
  `arc=${result}`,
  sealers.length === 0 ? undefined : comment(`i=${sealers.length} ${sealers.at(-1)?.domain ?? ''}`),
  result === 'none' || ip === undefined ? undefined : property('smtp.remote-ip', ip),
]

const signers = ({ signatures }: Dkim): readonly Words[] =>
  signatures.length === 0
    ? [['dkim=none']]
    : signatures.map(({ result, domain, selector, b }) => [
        `dkim=${result}`,
        property('header.d', domain),
        property('header.s', selector),
        // RFC 6008: distinguishes signatures of one domain.
        property('header.b', b),
      ])

const property = (name: string, value: string): string | undefined =>
  value === '' ? undefined : `${name}=${tokenOrQuoted(value)}`

const comment = (text: string): string => `(${printable(text, 255).replace(/[()\\]/g, '?')})`

function write(id: string, results: readonly Words[]): string {
  const parts = results.map(words => words.filter(word => word !== undefined))
  const kept: string[][] = [[id]]
  let bytes = NAME.length + id.length
  for (const words of parts) {
    // Two for the semicolon and the space, three for each possible fold.
    bytes += words.reduce((sum, word) => sum + word.length + 3, 2)
    if (bytes > MAX_BYTES) break
    kept.push([...words])
  }
  const lines = kept.map((words, index) =>
    index < kept.length - 1 ? [...words.slice(0, -1), `${words.at(-1)};`] : words,
  )
  return lines.map((words, index) => folded(words, index === 0 ? NAME.length + 2 : 1)).join('\r\n ')
}
