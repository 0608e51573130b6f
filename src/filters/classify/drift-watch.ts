/**
 * Watches whether honest mail reads like spam more often than was asked for. Judged mail that does not read like spam
 * counts as honest mail that was judged rightly; a message that does, and of which a person says that it is honest,
 * counts as a false positive.
 */
import type { Classifier } from '../../classify/classifier.ts'
import { DriftAlarm } from '../../classify/drift.ts'
import type { Notice } from '../../model/services.ts'
import type { LoggedExample } from './training-log.ts'

/** Messages that read like spam and of which somebody may still say that they are honest. */
const MAX_REMEMBERED = 4_096

/** Reporters below this trust do not count. */
const MIN_TRUST = 0.5

export class DriftWatch {
  /** The alarms since the start. */
  alarms = 0
  readonly #classifier: Classifier
  readonly #alarm: DriftAlarm
  /** Names of messages that this process has judged as spam. */
  readonly #spam = new Map<string, { isCorrected: boolean }>()
  /** After an alarm, until the asked share is guaranteed again. */
  #isReduced = false

  constructor(classifier: Classifier) {
    this.#classifier = classifier
    this.#alarm = new DriftAlarm(classifier.falsePositives)
  }

  /** @param names under which an example may name the message */
  judged(isSpam: boolean, names: () => readonly string[]): void {
    if (!isSpam) {
      this.#alarm.add(false)
      return
    }
    const entry = { isCorrected: false }
    for (const name of names()) this.#spam.set(name, entry)
    for (const oldest of this.#spam.keys()) {
      if (this.#spam.size <= MAX_REMEMBERED) break
      this.#spam.delete(oldest)
    }
  }

  /** To be called when an example was learned. Returns what operators should know. */
  learned({ id, label, undo, weight, imported = false }: LoggedExample): Notice | undefined {
    const counts = label === 'ham' && !undo && !imported && weight >= MIN_TRUST
    const judged = counts ? this.#spam.get(id) : undefined
    if (judged?.isCorrected === false) {
      judged.isCorrected = true
      if (this.#alarm.add(true)) return this.#reduce()
    }
    if (!this.#isReduced || this.#classifier.grade !== 1) return undefined
    this.#isReduced = false
    return RESTORED
  }

  #reduce(): Notice {
    this.alarms += 1
    this.#isReduced = true
    // What people say of mail that was judged before is no news.
    this.#spam.clear()
    this.#classifier.restartGuarantee()
    const asked = `${(100 * this.#classifier.falsePositives).toFixed(2)} %`
    return {
      code: 'classify/drift',
      level: 'warning',
      reason:
        `more than ${asked} of the honest mail reads like spam to the classifier, by what people have corrected: ` +
        'its points are reduced until enough recent honest examples are known. ' +
        'Look at what was held, release what is honest, and report honest mail of the new kind',
    }
  }
}

const RESTORED: Notice = {
  code: 'classify/restored',
  level: 'info',
  reason: 'the classifier knows enough recent honest examples again: its points are no longer reduced',
}
