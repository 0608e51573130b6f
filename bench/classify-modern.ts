/**
 * Modern mail for the classifier, in an order of delivery: every set in its own order, and all sets spread evenly over
 * the stream, first the train parts, then the validation parts. What receivers, lists and collectors have added is no
 * feature: it would give the label away.
 */
import { Readable } from 'node:stream'
import { type ExtractedText, features } from '../src/classify/features.ts'
import type { Features } from '../src/classify/packing.ts'
import { extract } from '../src/filters/classify/extract.ts'
import { fact } from '../src/model/fact.ts'
import type { Label } from '../src/model/feedback.ts'
import type { Filter } from '../src/model/filter.ts'
import { systemClock } from '../src/model/services.ts'
import { ask } from '../src/testing/probe.ts'
import { gatewayFor } from './judge.ts'
import { type Corpus, type Labelled, MODERN, mail, type Part } from './mail.ts'
import { present, type World } from './session.ts'

export interface Streamed {
  readonly label: Label
  readonly corpus: Corpus
  readonly part: Part
  /** The points of all other filters. */
  readonly score: number
  readonly features: Features
  /** Without traits: what the classifier saw before it had them. */
  readonly textAlone: Features
}

/** Every `step`-th message, judged by all other filters in this world. */
export async function modernStream(world: World, step = 1): Promise<readonly Streamed[]> {
  const judging = new Judging(world)
  const stream: Streamed[] = []
  for (const part of ['train', 'validation'] as const)
    for (const message of interleaved(part, step)) stream.push(await judging.streamed(message))
  await judging.end()
  return stream
}

function interleaved(part: Part, step: number): readonly Labelled[] {
  const placed = MODERN.flatMap(corpus => {
    const list = [...mail(corpus, step, [part])].toSorted((a, b) => (yearOf(a) < yearOf(b) ? -1 : 1))
    return list.map((message, index) => ({ message, place: (index + 0.5) / list.length }))
  })
  return placed.toSorted((a, b) => a.place - b.place).map(({ message }) => message)
}

/** The year in the name of a file, which most sets have, and the name itself. */
const yearOf = ({ file }: Labelled): string => `${/\b(20[012]\d)-/.exec(file)?.[1] ?? '2020'} ${file}`

/** Judges messages with all filters but the classifier, and keeps what this one would see. */
class Judging {
  readonly #world: World
  readonly #gateway
  #seen: { readonly traits: readonly string[]; readonly score: number } | undefined

  constructor(world: World) {
    this.#world = world
    const last: Filter = {
      name: 'last',
      order: 'last',
      checks: 'content',
      message: async (message, { findings, score }) => {
        const { traits = [] } = await extract(message, findings)
        this.#seen = { traits: traits.filter(isOfSession), score }
      },
    }
    this.#gateway = gatewayFor({ world, beside: [last] })
  }

  async streamed(message: Labelled): Promise<Streamed> {
    const { corpus, part, spam } = message
    const { bytes, ip, helo, sender, recipient, at, dns } = await present(message, this.#world)
    const session = this.#gateway.open({ ip }, { dns, clock: { ...systemClock, now: () => at } })
    await session.connect()
    await session.helo(helo)
    await session.mail(sender)
    await session.rcpt(recipient)
    this.#seen = undefined
    const { score } = await session.data(Readable.from([bytes]))
    session.close()
    const seen: { readonly traits: readonly string[]; readonly score: number } = this.#seen ?? { traits: [], score }
    const text = await ask(ownText, { message: neutral(bytes) })
    const found = features({ ...text, traits: [...seen.traits, ...(text.traits ?? [])] })
    const textAlone = features({ ...text, traits: [] })
    return { label: spam ? 'spam' : 'ham', corpus, part, score: seen.score, features: found, textAlone }
  }

  async end(): Promise<void> {
    await this.#gateway.close()
  }
}

const ownText = fact('own text', 'message', (message): Promise<ExtractedText> => extract(message))

/** Traits that only a session has. */
const isOfSession = (trait: string): boolean =>
  /^(?:rule |author (?:un)?proven|spf |dkim |proven author |signed by |client of )/.test(trait)

/** Fields of receivers, lists, archives and collectors, and signatures, whose presence depends on the set. */
const ADDED =
  /^(?:received|return-path|delivered-to|authentication-results|received-spf|arc-.*|dkim-signature|list-.*|mailing-list|x-.*|sender|errors-to|precedence|archived-at|content-length|lines|status|envelope-to|feedback-id|cc|bcc)$/i

const USER = 'user@example.org'

/** The message to one of our users, without what tells of which set it is. */
function neutral(bytes: Buffer): Buffer {
  const raw = bytes.toString('latin1')
  const end = Math.max(raw.indexOf('\r\n\r\n'), 0)
  const fields = raw
    .slice(0, end)
    .split(/\r\n(?![ \t])/)
    .filter(field => !ADDED.test(field.slice(0, Math.max(field.indexOf(':'), 0)).trim()))
    .map(rewritten)
  return Buffer.from(`${fields.join('\r\n')}\r\n\r\n${withoutFooter(raw.slice(end + 4))}`, 'latin1')
}

function rewritten(field: string): string {
  switch (field.slice(0, field.indexOf(':')).toLowerCase()) {
    case 'to':
      return `${field.slice(0, 2)}: ${USER}`
    case 'date':
      // The sets are of different years.
      return field.replace(/\b20[0-2]\d\b/, '2024')
    case 'subject':
      return field.replace(/\[(?:ltp|dm-devel|linux-cifs|kasan-dev|cip-testing-results)\] ?/i, '')
    default:
      return field
  }
}

/** Lists put these below each message. */
const FOOTERS = [
  /\r\n-- ?\r\nYou received this message because you are subscribed to the Google Groups[\s\S]*$/,
  /\r\n-- \r\nMailing list info: [\s\S]*$/,
  /\r\n-- ?\r\ndm-devel mailing list[\s\S]*$/,
]

function withoutFooter(body: string): string {
  let cut = body
  for (const footer of FOOTERS) cut = cut.replace(footer, '\r\n')
  return cut
}
