/** The client of a session, as the host knows it. */

import type { Policy } from '../model/decision.ts'
import { PosternError } from '../model/errors.ts'
import { canonical } from '../net/address.ts'
import type { FindingTransform } from './found.ts'

/** What differs for one session, because the host sends settings with each message. */
export interface SessionOverrides {
  /** Decides in place of the gateway's policy. */
  readonly policy?: Policy
  /** Changes a finding before it counts. One for which it returns nothing is dropped. */
  readonly transformFinding?: FindingTransform
}

/** The client of a session, as the host knows it. */
export interface Client {
  /**
   * Absent where the host does not know it; pass no placeholder. Then no filter judges an address, and no limit
   * counts one.
   */
  readonly ip?: string | undefined
  /** The session's reference, where the host has one already. Up to 32 letters and digits. @default a new one */
  readonly ref?: string
  /** The client has sent bytes before the greeting. @default false */
  readonly spokeEarly?: boolean
  /** It is a proxy that will name its client (XCLIENT): no filter judges its own address. @default false */
  readonly proxy?: boolean
  /**
   * The host writes positive replies in its own words, as mail servers with a milter do: events leave them out, because
   * they hold what the client got. @default false
   */
  readonly repliesItself?: boolean
  /** What differs for this session. @default nothing */
  readonly overrides?: SessionOverrides
}

/** No client has these addresses (RFC 1122 §3.2.1.3, RFC 4291 §2.5.2): some hosts pass them where they know none. */
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::', '::ffff:0.0.0.0'])

/** @throws PosternError when there is an address, but none that can be read */
export function addressOf({ ip: given }: Client): string | undefined {
  const isUnknown = given === undefined || UNSPECIFIED.has(given)
  const ip = isUnknown ? undefined : canonical(given)
  if (ip === undefined && !isUnknown) {
    const remedy = "pass the address of the client's socket; leave it out where it is not known"
    throw new PosternError(
      [{ path: 'client.ip', found: given, expected: 'an IPv4 or IPv6 address', remedy }],
      'ERR_POSTERN_CLIENT_ADDRESS',
    )
  }
  return ip
}
