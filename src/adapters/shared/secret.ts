/** Comparing a secret that a client has sent. */
import { hash, timingSafeEqual } from 'node:crypto'

/** Takes as long for a wrong secret as for the right one, whatever the length of either. */
export function isSameSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret))
}

const digest = (text: string): Buffer => hash('sha256', text, 'buffer')
