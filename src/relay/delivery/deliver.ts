/** Brings a judged message to where it belongs, and tells what to answer: 250 only when it is safe there. */
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Content, Outcome } from '../../index.ts'
import type { LoadMeter } from '../../load/index.ts'
import type { Notify } from '../../types.ts'
import type { Hop } from '../config/addresses.ts'
import type { RelayOptions } from '../config/options.ts'
import { type Answer, worst } from './answer.ts'
import type { Parcel, Patience } from './conversation.ts'
import { type Files, Maildir } from './maildir.ts'
import { handOn } from './next-hop.ts'
import { misfit } from './passed-on.ts'
import { type Arrival, received, returnPath } from './trace.ts'

/** Never rejects. */
export type Deliver = (outcome: Outcome, arrival: Arrival) => Promise<Answer>

export interface Means {
  readonly name: string
  readonly patience?: Patience
  readonly files?: Files
  /** Counts the sockets to the next server, and knows when there is none left for one. @default nobody */
  readonly load?: Pick<LoadMeter, 'adjust' | 'hasDescriptor'>
  /** Hears when the next server takes offence at us. @default nobody */
  readonly notify?: Notify
}

/**
 * To the next hop, quarantined mail tagged by its X-Spam-Flag field; or into a Maildir, quarantined mail into `.Junk`.
 */
export const deliverer = ({ nextHop, maildir: folder }: RelayOptions, means: Means): Promise<Deliver> =>
  nextHop ? Promise.resolve(toNextHop(nextHop, means)) : toMaildir(folder, means)

function toNextHop(hop: Hop, { name, patience, load, notify }: Means): Deliver {
  const told = throttled(notify)
  return async ({ each, content }, arrival) => {
    if (!content) return gone
    if (load?.hasDescriptor('delivery') === false) return busy
    const top = Buffer.from(received(arrival), 'latin1')
    const open = () => Readable.from(joined(top, content), { objectMode: false })
    const { reversePath, utf8 = false } = arrival
    const parcel: Parcel = { reversePath, forwardPaths: wanted(each), size: top.length + content.size, utf8, open }
    load?.adjust('descriptors', 1)
    try {
      const answer = await handOn(hop, name, parcel, patience)
      const offended = [answer, ...(answer.refused?.values() ?? [])].some(({ text }) => text === misfit.text)
      if (offended) told(`${hop.host}:${hop.port} refuses how this relay speaks, or wants it to authenticate`)
      return answer
    } finally {
      load?.adjust('descriptors', -1)
    }
  }
}

/** Once a minute is enough. */
function throttled(notify: Notify = () => undefined): (reason: string) => void {
  let last = Number.NEGATIVE_INFINITY
  return reason => {
    if (performance.now() - last < 60_000) return
    last = performance.now()
    notify({
      code: 'next-hop/refuses-us',
      reason: `${reason}: mail is deferred until that is mended`,
      level: 'warning',
    })
  }
}

async function toMaildir(folder: string, { files }: Means): Promise<Deliver> {
  const inbox = await Maildir.open(folder, files)
  const junk = await Maildir.open(join(folder, '.Junk'), files)
  return async ({ each, content }, arrival) => {
    if (!content) return gone
    const top = returnPath(arrival.reversePath) + received(arrival)
    const answers: Answer[] = []
    const taken: string[] = []
    for (const [verdict, box] of [
      ['accept', inbox],
      ['quarantine', junk],
    ] as const) {
      const paths = [...each].filter(([, decision]) => decision.verdict === verdict).map(([path]) => path)
      if (paths.length === 0) continue
      const { code, status, text } = await box.deliver(top, Readable.from(complete(content), { objectMode: false }))
      const answer: Answer = { code, text: `${status} ${text}` }
      answers.push(answer)
      if (answer.code === 250) taken.push(...paths)
    }
    return answers.length > 0 ? { ...worst(answers), taken } : gone
  }
}

const gone: Answer = { code: 451, text: '4.3.0 The message is not there any more' }

const busy: Answer = { code: 451, text: '4.3.2 Too much is under way now, try again later' }

/** Whoever refuses it alone does not get it. In shadow mode nobody refuses. */
export const wanted = (each: Outcome['each']): readonly string[] =>
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
  if (octets !== size) throw new Error(`the message was cut short at ${octets} of ${size} bytes`)
}
