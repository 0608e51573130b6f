/** Certificates: their names and ends, in the files and as a listener really presents them. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { errorText } from '../model/errors.ts'
import type { Check } from './run.ts'
import { type ProbeOptions, SmtpProbe } from './smtp-probe.ts'
import type { CheckResult } from './types.ts'
import { type Verdicts, verdicts } from './verdicts.ts'

export interface CertifiedListener {
  /** `0.0.0.0:25`. */
  readonly text: string
  /** Where this machine reaches it; absent where it cannot. */
  readonly at?: ProbeOptions['at']
  readonly protocol: 'smtp' | 'lmtp'
  readonly implicitTls: boolean
  /** The files that the configuration names; absent with a self-signed certificate. */
  readonly files?: { readonly cert: string; readonly key: string }
}

export interface CertificateOptions {
  /** The name that clients expect. */
  readonly name: string
  readonly listeners: readonly CertifiedListener[]
  /** Reads a file. */
  readonly read: (file: string) => Promise<string>
  readonly now: () => number
}

const EXPECTED = 'a certificate with the name of this host, good for 14 days at least, and presented by the listener'
const DAY_MS = 86_400_000
const MIN_DAYS = 14
const TIMEOUT_MS = 10_000

export const certificates = (options: CertificateOptions): Check => ({
  name: 'certificate',
  expected: EXPECTED,
  run: signal => Promise.all(options.listeners.map(listener => look(listener, options, signal))),
})

async function look(
  listener: CertifiedListener,
  { name, read, now }: CertificateOptions,
  signal: AbortSignal,
): Promise<CheckResult> {
  const say = verdicts(`certificate ${listener.text}`, EXPECTED)
  const { at } = listener
  const presented =
    at && (await presentedBy(at, listener, name, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])))
  if (listener.files === undefined) {
    if (presented && 'failure' in presented) return say.failed(presented.failure, 'start postern, and see its log')
    return say.warning(
      'a self-signed certificate is presented, which no sender can verify',
      'set tls of the listener to the files of a certificate, of an authority such as Let’s Encrypt',
    )
  }
  const { cert, key } = listener.files
  let file: X509Certificate
  try {
    file = new X509Certificate(await read(cert))
    if (!file.checkPrivateKey(createPrivateKey(await read(key))))
      return say.failed(`${key} is not the key of ${cert}`, 'name the files of one certificate')
  } catch (error) {
    return say.failed(`${cert} or ${key} cannot be read: ${errorText(error)}`, 'let the process read both files')
  }
  const problem = problemOf(file, name, now(), say)
  if (problem !== undefined) return problem
  if (presented === undefined) return say.unknown('the files are right; what the listener presents cannot be seen here')
  if ('failure' in presented) return say.failed(presented.failure, 'start postern, and see its log')
  if (presented.fingerprint !== file.fingerprint256)
    return say.failed(
      `the listener presents another certificate than ${cert}`,
      'send SIGHUP to postern, and see its log',
    )
  const days = Math.floor((Date.parse(file.validTo) - now()) / DAY_MS)
  return say.ok(`it has the name ${name}, ends in ${days} days, and is presented`)
}

function problemOf(file: X509Certificate, name: string, now: number, say: Verdicts): CheckResult | undefined {
  const end = Date.parse(file.validTo)
  const renew = 'renew it; postern reads the new files by itself'
  if (Number.isNaN(end)) return say.unknown(`its end ${file.validTo} cannot be read`)
  if (end <= now) return say.failed(`it has ended on ${file.validTo}`, renew)
  if (Date.parse(file.validFrom) > now) return say.failed(`it begins only on ${file.validFrom}`, 'set the clock right')
  if (!file.checkHost(name, { subject: 'never' }))
    return say.failed(
      `it has not the name ${name}, but ${(file.subjectAltName ?? 'none').slice(0, 200)}`,
      `get a certificate for ${name}`,
    )
  if (end - now < MIN_DAYS * DAY_MS) return say.warning(`it ends in ${Math.floor((end - now) / DAY_MS)} days`, renew)
  return undefined
}

/** What a client sees. */
async function presentedBy(
  at: ProbeOptions['at'],
  { protocol, implicitTls }: CertifiedListener,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly fingerprint: string } | { readonly failure: string }> {
  let probe: SmtpProbe | undefined
  try {
    probe = await SmtpProbe.open({ at, name, protocol, implicitTls, signal })
    const refused = await probe.hello()
    if (refused) return { failure: `the listener greets this machine with ${refused.code} ${refused.text}` }
    if (!implicitTls) {
      const failure = await probe.startTls()
      if (failure) return { failure: `the listener answers STARTTLS with ${failure.code} ${failure.text}` }
    }
    const { fingerprint256 } = probe.certificate ?? {}
    return fingerprint256 === undefined
      ? { failure: 'the listener presents no certificate' }
      : { fingerprint: fingerprint256 }
  } catch (error) {
    const why = signal.aborted ? 'no answer in time' : errorText(error)
    return { failure: `the listener cannot be reached: ${why}` }
  } finally {
    await probe?.quit()
  }
}
