/** Who has connected, as the host knows it. */

import type { Policy } from '../model/decision.ts'
import { PosternError } from '../model/errors.ts'
import { canonical } from '../net/address.ts'
import type { FindingTransform } from './run.ts'

/** What is otherwise for one session than for others, because the host says so with each message. */
export interface SessionOverrides {
  /** Decides in place of the gateway's policy. */
  readonly policy?: Policy
  /** Changes a finding before it counts; what it returns nothing for was never found. */
  readonly transformFinding?: FindingTransform
}

/** Who has connected, as the host knows it. */
export interface Client {
  /** Absent where the host does not know it. Never a stand-in: what is unknown is judged by no filter and charged to nobody. */
  readonly ip?: string | undefined
  /** The session's reference, when the host has one already. Up to 32 letters and digits. @default a new one */
  readonly ref?: string
  /** The client spoke before it was greeted. @default false */
  readonly spokeEarly?: boolean
  /** It is a proxy that will say for whom it speaks (XCLIENT): its own address is judged by nothing. @default false */
  readonly proxy?: boolean
  /** @default the gateway's own */
  readonly overrides?: SessionOverrides
}

/** No client has these addresses (RFC 1122 §3.2.1.3, RFC 4291 §2.5.2): some hosts write them where they know none. */
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::', '::ffff:0.0.0.0'])

/** @throws PosternError when there is an address, but none that can be read */
export function addressOf(peer: Client): string | undefined {
  const ip = peer.ip === undefined || UNSPECIFIED.has(peer.ip) ? undefined : canonical(peer.ip)
  if (ip === undefined && peer.ip !== undefined && !UNSPECIFIED.has(peer.ip)) {
    const remedy = "pass the address of the client's socket; leave it out where it is not known"
    throw new PosternError(
      [{ path: 'peer.ip', found: peer.ip, expected: 'an IPv4 or IPv6 address', remedy }],
      'ERR_POSTERN_CLIENT_ADDRESS',
    )
  }
  return ip
}
