/** What people say about a message, as an example that every node can learn. */
import { features, VIEWS } from '../../classify/features.ts'
import { type Features, pack, unpack } from '../../classify/packing.ts'
import { PosternError } from '../../model/errors.ts'
import type { SentMail, TrainingExample } from '../../model/feedback.ts'
import { lazyModule } from '../../model/lazy.ts'
import type { Services } from '../../model/services.ts'
import type { Store } from '../../model/store.ts'
import { addressKey, mailboxOf } from '../../net/path.ts'
import { answeredBy } from './answers.ts'
import { loadFeatures } from './feature-cache.ts'
import type { ClassifySettings } from './options.ts'
import type { TrainingSync } from './sync.ts'
import { idOf, type LoggedExample } from './training-log.ts'

const extraction = lazyModule(() => import('./extract.ts'))

type Cached = (ref: string) => Uint8Array | undefined

/** Undefined where the reporter is not trusted. @throws PosternError when the message is not known */
export async function loggedExample(
  settings: ClassifySettings,
  example: TrainingExample,
  cached: Cached = () => undefined,
): Promise<LoggedExample | undefined> {
  const { by, label, undo, ref, message, imported = false, recipient } = example
  const weight = Math.min(Math.max(settings.reporterTrust(by), 0), 1) || 0
  if (weight === 0) return undefined
  const packed = await featuresOf(settings, example, cached)
  const id = message !== undefined || ref === undefined ? idOfText(packed) : ref
  const more = { ...(imported && { imported }), ...(recipient !== undefined && { recipient }) }
  return { id, by, label, undo, weight, features: packed, ...more }
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
    const { extract } = await extraction()
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

/** Examples of what one of our users has answered. Features that are no longer kept give none. */
export async function answerExamples(
  settings: ClassifySettings,
  mail: SentMail,
  store: Store,
  cached: Cached = () => undefined,
): Promise<readonly LoggedExample[]> {
  const by = `answer:${addressKey(mailboxOf(mail.from))}`.slice(0, MAX_NAME_LENGTH)
  const weight = Math.min(Math.max(settings.reporterTrust(by), 0), 1) || 0
  if (weight === 0) return []
  const examples: LoggedExample[] = []
  for (const { ref, id } of await answeredBy(mail, store)) {
    const features = cached(ref) ?? (settings.shared ? await loadFeatures(store, ref) : undefined)
    if (features === undefined || idOf(features) !== id) continue
    examples.push({ id: idOfText(features), by, label: 'ham', undo: false, weight, features })
  }
  return examples
}

/** As long as the name of a reporter may be. */
const MAX_NAME_LENGTH = 320

/** Hands examples to the nodes that judge: for processes that serve people and see no mail. */
export class ExamplePublisher {
  readonly #settings: ClassifySettings
  #sync: TrainingSync | undefined
  #loading: Promise<void> | undefined

  constructor(settings: ClassifySettings) {
    this.#settings = settings
  }

  async start(services: Services): Promise<void> {
    this.#loading = import('./sync.ts').then(({ TrainingSync }) => {
      const { featureTtl, folder } = this.#settings
      // What the others say is not needed here.
      const onExample = () => undefined
      this.#sync = new TrainingSync({ services, ttl: featureTtl, onExample, ...(folder !== undefined && { folder }) })
    })
    await this.#loading
  }

  async stop(): Promise<void> {
    await this.#loading
    this.#sync?.stop()
  }

  async learn(example: TrainingExample): Promise<void> {
    await this.#loading
    const logged = await loggedExample(this.#settings, example)
    if (logged !== undefined) await this.#sync?.publish(logged)
  }

  async learnAnswer(mail: SentMail, { store }: Pick<Services, 'store'>): Promise<void> {
    await this.#loading
    for (const example of await answerExamples(this.#settings, mail, store)) await this.#sync?.publish(example)
  }
}
