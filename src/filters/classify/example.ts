/** What people say about a message, as an example that every node can learn. */
import { features, VIEWS } from '../../classify/features.ts'
import { type Features, pack, unpack } from '../../classify/packing.ts'
import { PosternError } from '../../model/errors.ts'
import type { TrainingExample } from '../../model/feedback.ts'
import type { Services } from '../../model/services.ts'
import { extract } from './extract.ts'
import { loadFeatures } from './feature-cache.ts'
import type { ClassifySettings } from './options.ts'
import { TrainingSync } from './sync.ts'
import { idOf, type LoggedExample } from './training-log.ts'

type Cached = (ref: string) => Uint8Array | undefined

/** Undefined where the reporter is not trusted. @throws PosternError when the message is not known */
export async function loggedExample(
  settings: ClassifySettings,
  example: TrainingExample,
  cached: Cached = () => undefined,
): Promise<LoggedExample | undefined> {
  const { by, label, undo, ref, message, imported = false } = example
  const weight = Math.min(Math.max(settings.reporterTrust(by), 0), 1) || 0
  if (weight === 0) return undefined
  const packed = await featuresOf(settings, example, cached)
  const id = message !== undefined || ref === undefined ? idOfText(packed) : ref
  return { id, by, label, undo, weight, features: packed, ...(imported && { imported }) }
}

/** Names a message by its text: what was found beside it is known only to who has judged it. */
export const idOfText = (packed: Uint8Array): string => idOf(textOf(unpack(packed, VIEWS.length) ?? []))

/** All views but the traits, packed. */
const textOf = (found: Features): Uint8Array => pack(found.slice(0, VIEWS.indexOf('traits')))

async function featuresOf(
  { shared }: ClassifySettings,
  { ref = '', message, services }: TrainingExample,
  cached: Cached,
): Promise<Uint8Array> {
  const judged =
    ref === '' ? undefined : (cached(ref) ?? (shared ? await loadFeatures(services.store, ref) : undefined))
  if (message !== undefined) {
    const given = pack(features(await extract(message)))
    // A session may bring several messages. What was found when this one was judged is worth more than its bytes.
    return judged !== undefined && idOfText(judged) === idOfText(given) ? judged : given
  }
  if (judged !== undefined) return judged
  throw new PosternError(
    [
      {
        path: 'ref',
        found: ref,
        expected: 'the reference of a message that was judged and not deferred',
        remedy: 'give the message itself',
      },
    ],
    'ERR_POSTERN_UNKNOWN_MESSAGE',
  )
}

/** Hands examples to the nodes that judge: for processes that serve people and see no mail. */
export class ExamplePublisher {
  readonly #settings: ClassifySettings
  #sync: TrainingSync | undefined

  constructor(settings: ClassifySettings) {
    this.#settings = settings
  }

  start(services: Services): void {
    // What the others say is not needed here.
    const { featureTtl, folder } = this.#settings
    const onExample = () => undefined
    this.#sync = new TrainingSync({ services, ttl: featureTtl, onExample, ...(folder !== undefined && { folder }) })
  }

  stop(): void {
    this.#sync?.stop()
  }

  async learn(example: TrainingExample): Promise<void> {
    const logged = await loggedExample(this.#settings, example)
    if (logged !== undefined) await this.#sync?.publish(logged)
  }
}
