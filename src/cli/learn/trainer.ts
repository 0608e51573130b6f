/** Reads messages and trains a classifier with them; each is judged before it is learned. */
import { Readable } from 'node:stream'
import type { Classifier } from '../../classify/classifier.ts'
import { features } from '../../classify/features.ts'
import { pack } from '../../classify/packing.ts'
import { type Gateway, postern } from '../../engine/gateway.ts'
import { idOfText } from '../../filters/classify/example.ts'
import { extract } from '../../filters/classify/extract.ts'
import type { Label, TrainingExample } from '../../model/feedback.ts'
import type { Notify } from '../../model/services.ts'
import { zone } from '../../testing/zone.ts'
import { withoutArrival } from './arrival.ts'
import type { Outlook } from './outlook.ts'

const DAY = 86_400_000
/** Messages that are remembered, to learn no copy twice. */
const MAX_SEEN = 200_000

export interface Trained {
  ham: number
  spam: number
  /** Copies of a message that was learned already. */
  copies: number
}

export class Trainer {
  readonly trained: Trained = { ham: 0, spam: 0, copies: 0 }
  readonly #classifier: Classifier
  readonly #outlook: Outlook
  readonly #gateway: Gateway
  readonly #seen = new Set<string>()

  constructor(classifier: Classifier, outlook: Outlook, notify: Notify) {
    this.#classifier = classifier
    this.#outlook = outlook
    const filters = [{ name: 'learn', onFeedback: (example: TrainingExample) => this.#learn(example) }]
    this.#gateway = postern({ filters, dns: zone({}), notify })
  }

  /** Rejects where the message cannot be read. */
  async learn(bytes: Buffer, label: Label): Promise<void> {
    const message = Readable.from([withoutArrival(bytes)])
    await this.#gateway.feedback({ message, label, by: 'postern-learn', imported: true })
  }

  async close(): Promise<void> {
    await this.#gateway.close()
  }

  async #learn({ message, label, services }: TrainingExample): Promise<void> {
    if (message === undefined) return
    const found = features(await extract(message))
    const id = idOfText(pack(found))
    if (this.#seen.has(id)) {
      this.trained.copies += 1
      return
    }
    if (this.#seen.size < MAX_SEEN) this.#seen.add(id)
    this.#outlook.add(label, this.#classifier.judge(found).margin)
    this.#classifier.learn(found, label, Math.floor(services.clock.now() / DAY), { imported: true })
    this.trained[label] += 1
  }
}
