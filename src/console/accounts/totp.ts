/** Codes of an authenticator (TOTP, RFC 6238), each of which works once. The only file that knows otpauth. */
import type { TOTP } from 'otpauth'
import { lazyModule } from '../../model/lazy.ts'

const library = lazyModule(() => import('otpauth'))

/** Steps of 30 seconds by which the clock of a phone may differ. */
const WINDOW = 1

/** 160 bits in base32, as RFC 4226 §4 recommends. */
export async function newTotpSecret(): Promise<string> {
  const { Secret } = await library()
  return new Secret({ size: 20 }).base32
}

/** `otpauth://totp/…`: for the QR code. */
export const totpUri = async (secret: string, issuer: string, name: string): Promise<string> =>
  (await totpOf(secret, issuer, name)).toString()

/**
 * The step of a code that is right now and is later than `after`; undefined where it is wrong or was used. RFC 6238
 * §5.2: a code is accepted once.
 */
export async function stepOf(secret: string, code: string, now: number, after: number): Promise<number | undefined> {
  if (!/^\d{6}$/.test(code)) return undefined
  const totp = await totpOf(secret)
  const delta = totp.validate({ token: code, timestamp: now, window: WINDOW })
  if (delta === null) return undefined
  const step = totp.counter({ timestamp: now }) + delta
  return step > after ? step : undefined
}

async function totpOf(secret: string, issuer = '', label = ''): Promise<TOTP> {
  const { TOTP, Secret } = await library()
  return new TOTP({ issuer, label, secret: Secret.fromBase32(secret) })
}
