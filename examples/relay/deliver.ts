/** Brings a judged message to where it belongs, and tells what to answer: 250 only when it is safe there. */
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Content, Outcome } from '../../src/index.ts'
import { type Answer, worst } from './answer.ts'
import type { Parcel, Patience } from './conversation.ts'
import { type Files, maildir } from './maildir.ts'
import { handOn } from './next-hop.ts'
import type { RelayOptions } from './options.ts'
import { type Arrival, received, returnPath } from './trace.ts'

/** Never rejects. */
export type Deliver = (outcome: Outcome, arrival: Arrival) => Promise<Answer>

export interface Means {
  readonly name: string
  readonly patience?: Patience
  readonly files?: Files
}

/** To the next hop, quarantined mail tagged by its X-Spam-Flag field; or into a Maildir, quarantined mail into `.Junk`. */
export const deliverer = ({ nextHop, maildir: folder }: RelayOptions, means: Means): Promise<Deliver> =>
  nextHop ? Promise.resolve(toNextHop(nextHop, means)) : toMaildir(folder, means)

const toNextHop =
  (hop: NonNullable<RelayOptions['nextHop']>, { name, patience }: Means): Deliver =>
  async ({ each, content }, arrival) => {
    if (!content) return gone
    const forwardPaths = wanted(each)
    const top = Buffer.from(received(arrival), 'latin1')
    const open = () => Readable.from(joined(top, content), { objectMode: false })
    const parcel: Parcel = { reversePath: arrival.reversePath, forwardPaths, size: top.length + content.size, open }
    return await handOn(hop, name, parcel, patience)
  }

async function toMaildir(folder: string, { files }: Means): Promise<Deliver> {
  const options = files ? { files } : {}
  const inbox = await maildir(folder, options)
  const junk = await maildir(join(folder, '.Junk'), options)
  return async ({ each, content }, arrival) => {
    if (!content) return gone
    const top = returnPath(arrival.reversePath) + received(arrival)
    const kinds = new Set([...each.values()].map(decision => decision.verdict))
    const boxes = [...(kinds.has('accept') ? [inbox] : []), ...(kinds.has('quarantine') ? [junk] : [])]
    const answers: Answer[] = []
    for (const box of boxes)
      answers.push(await box.deliver(top, Readable.from(complete(content), { objectMode: false })))
    return answers.length > 0 ? worst(answers) : gone
  }
}

const gone: Answer = { code: 451, text: '4.3.0 The message is not there any more' }

/** Whoever refuses it alone does not get it. In shadow mode nobody refuses. */
const wanted = (each: Outcome['each']): readonly string[] =>
  [...each].filter(([, { verdict }]) => verdict === 'accept' || verdict === 'quarantine').map(([path]) => path)

async function* joined(top: Buffer, content: Content): AsyncGenerator<Buffer> {
  yield top
  yield* complete(content)
}

/** A client that leaves ends the session, and its message with it: what then comes too short must not look whole. */
async function* complete({ size, open }: Content): AsyncGenerator<Buffer> {
  let octets = 0
  for await (const bytes of open() as AsyncIterable<Buffer>) {
    octets += bytes.length
    yield bytes
  }
  if (octets !== size) throw new Error(`the message was cut short at ${octets} of ${size} octets`)
}
