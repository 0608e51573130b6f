/** DKIM: whether the public part of each key with which we sign is in DNS (RFC 6376 §3.6.1). */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { errorText } from '../model/errors.ts'
import type { Resolver } from '../model/resolver.ts'
import type { Check } from './run.ts'
import type { CheckResult } from './types.ts'
import { dnsFailure, recordsOf, verdicts } from './verdicts.ts'

interface SigningKey {
  readonly domain: string
  readonly selector: string
  /** The private key in PEM. */
  readonly key: string
}

export interface DkimOptions {
  readonly keys: readonly SigningKey[]
  readonly dns: Resolver
}

const EXPECTED = 'one record with the public part of the key, or receivers refuse the signature'

export const dkim = ({ keys, dns }: DkimOptions): Check => ({
  name: 'dkim',
  expected: EXPECTED,
  run: signal => Promise.all(keys.map(key => look(key, dns, signal))),
})

async function look({ domain, selector, key }: SigningKey, dns: Resolver, signal: AbortSignal): Promise<CheckResult> {
  const name = `${selector}._domainkey.${domain}`
  const { ok, warning, failed, unknown } = verdicts(`dkim ${name}`, EXPECTED)
  let wanted: string
  try {
    wanted = publicPart(createPublicKey(createPrivateKey(key)))
  } catch (error) {
    return failed(`the key cannot be read: ${errorText(error)}`, 'name a private key in PEM')
  }
  const answer = await dns.resolve(name, 'TXT', { signal })
  if (answer.kind === 'failure') return unknown(dnsFailure(answer))
  const records = (recordsOf(answer) ?? []).map(strings => strings.join(''))
  const publish = `publish ${name}: v=DKIM1; k=…; p=${wanted.slice(0, 12)}…, the public part of the key`
  if (records.length === 0) return failed('there is no record', publish)
  if (records.length > 1) return failed(`there are ${records.length} records, so that the result is undefined`, publish)
  const tags = tagsOf(records[0] ?? '')
  const found = tags.get('p')?.replace(/\s/g, '')
  if (found === undefined) return failed('its record has no key', publish)
  if (found === '') return failed('its record says that the key was revoked', 'sign with another key')
  if (found !== wanted && !isSameKey(found, wanted)) return failed('its record has another key', publish)
  if ((tags.get('t') ?? '').split(':').includes('y'))
    return warning('its record says that it is a test, so receivers may ignore it', 'remove t=y from the record')
  return ok('its record has the public part of the key')
}

/** What stands behind p=: of RSA the whole structure, of Ed25519 the bare 32 bytes (RFC 8463 §4.2). */
function publicPart(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' })
  return (key.asymmetricKeyType === 'ed25519' ? der.subarray(-32) : der).toString('base64')
}

/** Some records have an RSA key in the form of PKCS#1, which receivers read, too. */
function isSameKey(found: string, wanted: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(found, 'base64'), format: 'der', type: 'pkcs1' })
    return publicPart(key) === wanted
  } catch {
    return false
  }
}

const tagsOf = (record: string): ReadonlyMap<string, string> =>
  new Map(
    record.split(';').flatMap(part => {
      const [, name, value] = /^\s*([a-z]\w*)\s*=\s*([\s\S]*?)\s*$/i.exec(part) ?? []
      return name !== undefined && value !== undefined ? [[name.toLowerCase(), value] as const] : []
    }),
  )
