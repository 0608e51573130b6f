/** What a route delivers to: a next hop or a Maildir. */
import type { Readable } from 'node:stream'
import type { DeliveryGroup } from '../../model/decision.ts'
import type { IncomingMessage, Recipient } from '../../smtp/index.ts'
import type { Claim } from './duplicates.ts'
import type { HopAnswer } from './hop/answer.ts'

/** A message for recipients of one route that get the same copy. */
export interface Parcel {
  readonly message: IncomingMessage
  readonly group: DeliveryGroup
  /** `address`: where the mail of the recipient goes, if that is not its forward-path. */
  readonly recipients: readonly (Recipient & { readonly address?: string })[]
  /** Our own field for the top of the message. */
  readonly received: string
}

export interface TargetResult {
  /** By forward-path, as the client wrote it. */
  readonly answers: ReadonlyMap<string, HopAnswer>
  /** The host that was tried last, or the folder. */
  readonly to: string
  /** Hosts that were tried. */
  readonly tries: number
}

/** A message that was held, for one recipient. */
export interface Release {
  readonly reversePath: string
  readonly recipient: string
  /** The same for each try. */
  readonly name: string
  readonly size: number
  readonly open: () => Readable
}

export interface Target {
  readonly text: string
  /** Never rejects. */
  deliver(parcel: Parcel, claim: Claim): Promise<TargetResult>
  /** Delivers what a person has released. Never rejects. */
  release(release: Release): Promise<HopAnswer>
  close(): void
}

export const forAll = ({ recipients }: Pick<Parcel, 'recipients'>, answer: HopAnswer): ReadonlyMap<string, HopAnswer> =>
  new Map(recipients.map(({ forwardPath }) => [forwardPath, answer]))

/** A client that leaves ends the session, and its message with it: what then comes too short must not look whole. */
export async function* complete({ size, open }: DeliveryGroup['content']): AsyncGenerator<Buffer> {
  let bytesRead = 0
  for await (const bytes of open() as AsyncIterable<Buffer>) {
    bytesRead += bytes.length
    yield bytes
  }
  if (bytesRead !== size) throw new Error(`the message was cut short at ${bytesRead} of ${size} bytes`)
}
