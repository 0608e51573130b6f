/** The next hop: whether each of its hosts would take mail for the postmaster. No message is sent. */
import { errorText } from '../model/errors.ts'
import type { Check } from './run.ts'
import { type ProbeReply, SmtpProbe } from './smtp-probe.ts'
import type { CheckResult } from './types.ts'
import { verdicts } from './verdicts.ts'

export interface HopHost {
  /** `mail.example.org:25`, or the path of a socket. */
  readonly text: string
  readonly at: { readonly host: string; readonly port: number } | { readonly path: string }
  readonly protocol: 'smtp' | 'lmtp'
  readonly tls: 'off' | 'opportunistic' | 'required' | 'verified'
  /** Certificates of authorities in PEM. @default those of Node */
  readonly ca?: string
  /** The domains whose mail it takes, of which the first are asked for. */
  readonly domains: readonly string[]
}

export interface NextHopOptions {
  /** Our name. */
  readonly name: string
  readonly hosts: readonly HopHost[]
  /** Milliseconds for one host. @default 10_000 */
  readonly timeout?: number
}

const EXPECTED = 'a server that takes mail for postmaster of each domain (RFC 5321 §4.5.1)'
const MAX_DOMAINS = 3

export const nextHop = (options: NextHopOptions): Check => ({
  name: 'next-hop',
  expected: EXPECTED,
  run: signal => Promise.all(options.hosts.map(host => look(host, options, signal))),
})

async function look(host: HopHost, options: NextHopOptions, signal: AbortSignal): Promise<CheckResult> {
  const { text, tls } = host
  const found = await speak(host, options, signal)
  if (!(found instanceof TlsFailure)) return found
  const { warning, failed } = verdicts(`next-hop ${text}`, EXPECTED)
  const remedy = `mend the TLS of ${text}`
  if (tls !== 'opportunistic') return failed(`its TLS fails: ${found.message}`, remedy)
  // So does a delivery: after a handshake that has failed it begins anew without TLS.
  const plain = await speak({ ...host, tls: 'off' }, options, signal)
  if (plain instanceof TlsFailure || plain.status !== 'ok')
    return plain instanceof TlsFailure ? failed(plain.message, remedy) : plain
  return warning(`its TLS fails, so mail goes to it in the clear: ${found.message}`, remedy)
}

/** The handshake has failed, or the server has refused to begin it. */
class TlsFailure extends Error {}

async function speak(
  host: HopHost,
  { name, timeout = 10_000 }: NextHopOptions,
  signal: AbortSignal,
): Promise<CheckResult | TlsFailure> {
  const { text, at, protocol, ca } = host
  const { failed } = verdicts(`next-hop ${text}`, EXPECTED)
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
  let probe: SmtpProbe | undefined
  try {
    probe = await SmtpProbe.open({ at, name, protocol, signal: deadline, ...(ca !== undefined && { ca }) })
    return await dialogue(probe, host)
  } catch (error) {
    if (error instanceof TlsFailure) return error
    const what = probe === undefined ? 'it cannot be reached' : 'the connection breaks'
    const why = deadline.aborted ? `no answer within ${timeout / 1000} s` : `${what}: ${errorText(error)}`
    return failed(why, `start the server, and let this machine connect to ${text}`)
  } finally {
    await probe?.quit()
  }
}

async function dialogue(probe: SmtpProbe, { text, tls, domains }: HopHost): Promise<CheckResult> {
  const { ok, warning, failed } = verdicts(`next-hop ${text}`, EXPECTED)
  const wish = 'let the server accept mail from this machine'
  const refused = await probe.hello()
  if (refused) return failed(`it greets with ${refused.code} ${refused.text}`, wish)
  if (tls !== 'off' && probe.offers.has('STARTTLS')) {
    await secure(probe)
    if (tls === 'verified' && probe.distrust !== undefined)
      return failed(
        `its certificate is not trusted: ${probe.distrust}`,
        `give ${text} a certificate with its name, or name its authority in nextHop.ca`,
      )
  } else if (tls === 'required' || tls === 'verified')
    return failed('it does not offer STARTTLS', `set up TLS on ${text}, or set nextHop.tls to 'opportunistic'`)
  const sender = await probe.ask('MAIL FROM:<>')
  if (sender.code !== 250) return failed(`it refuses the null sender with ${sender.code} ${sender.text}`, wish)
  for (const domain of domains.slice(0, MAX_DOMAINS)) {
    const { code, text: words } = await probe.ask(`RCPT TO:<postmaster@${domain}>`)
    const found = `it answers postmaster@${domain} with ${code} ${words}`
    if (code >= 500) return failed(found, `make postmaster@${domain} a mailbox or an alias, and accept ${domain} there`)
    if (code >= 400) return warning(found, 'see its log; a server that greylists should not do that to this machine')
  }
  await probe.ask('RSET')
  const asked = domains.slice(0, MAX_DOMAINS).map(domain => `postmaster@${domain}`)
  return ok(asked.length === 0 ? 'it answers' : `it takes mail for ${asked.join(', ')}`)
}

/** @throws TlsFailure */
async function secure(probe: SmtpProbe): Promise<void> {
  let refusal: ProbeReply | undefined
  try {
    refusal = await probe.startTls()
  } catch (error) {
    throw new TlsFailure(errorText(error))
  }
  if (refusal) throw new TlsFailure(`it answers STARTTLS with ${refusal.code} ${refusal.text}`)
}
