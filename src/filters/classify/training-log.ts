/**
 * Applies feedback to a classifier: one example for each reporter and message, which the reporter can change or undo.
 */
import type { Classifier, ModelUpdate } from '../../classify/classifier.ts'
import { VIEWS } from '../../classify/features.ts'
import { unpack } from '../../classify/packing.ts'
import type { Label } from '../../model/feedback.ts'
import { nodeCrypto } from '../../model/lazy.ts'
import { isRecord } from '../../model/options.ts'
import type { LogPosition } from './example-log.ts'

/** A training example with everything that another node needs to learn it. */
export interface LoggedExample {
  /** The reference of the message, or the hash of its features. */
  readonly id: string
  /** The reporter. */
  readonly by: string
  readonly label: Label
  /** The example undoes the earlier one of this reporter. */
  readonly undo: boolean
  /** The trust in the reporter, from 0 to 1. */
  readonly weight: number
  /** It is no recent mail of this site. @default false */
  readonly imported?: boolean
  /** Whose mail it is. @default the address in `by` */
  readonly recipient?: string
  /** Packed features. */
  readonly features: Uint8Array
}

/** Bytes of the examples that can be undone, some 800; older examples are permanent. */
const MAX_BYTES = 2 * 1024 * 1024
const OVERHEAD = 400

interface AppliedExample {
  readonly features: Uint8Array
  readonly update: ModelUpdate
}

/** An example that can be undone, as it is kept beside a snapshot. */
export interface SavedExample {
  /** The message and the reporter. */
  readonly key: string
  /** Packed features in base64. */
  readonly features: string
  readonly update: ModelUpdate
}

/** The examples that the classifier has learned and can still undo. The last label of each reporter counts. */
export class TrainingLog {
  readonly #classifier: Classifier
  /** By message and reporter, from the oldest on. */
  readonly #applied = new Map<string, AppliedExample>()
  #generation: number
  #bytes = 0

  constructor(classifier: Classifier) {
    this.#classifier = classifier
    this.#generation = classifier.generation
  }

  /** Learns an example, or undoes an earlier one. Returns whether anything changed: a repetition changes nothing. */
  apply({ id, by, label, undo, weight, features, imported = false }: LoggedExample, day: number): boolean {
    this.#forgetOldGeneration()
    const key = `${id} ${by}`
    const earlier = this.#applied.get(key)?.update.label
    if (undo) return earlier === label && this.#undo(key)
    if (earlier === label) return false
    this.#undo(key)
    const unpacked = unpack(features, VIEWS.length)
    if (unpacked === undefined) return false
    const update = this.#classifier.learn(unpacked, label, day, { weight, imported })
    this.#applied.set(key, { features, update })
    this.#bytes += features.length + OVERHEAD
    for (const oldest of this.#applied.keys()) {
      if (this.#bytes <= MAX_BYTES) break
      this.#forget(oldest)
    }
    return true
  }

  /** The examples that can be undone, the oldest first. */
  export(): readonly SavedExample[] {
    this.#forgetOldGeneration()
    return Array.from(this.#applied, ([key, { features, update }]) => ({
      key,
      features: Buffer.from(features).toString('base64'),
      update: { ...update, example: update.example === 0 ? 0 : -1 },
    }))
  }

  /** Takes over what was kept beside the snapshot that the classifier has just imported. */
  restore(saved: readonly SavedExample[]): void {
    this.#forgetOldGeneration()
    for (const { key, features, update } of saved) {
      const bytes = Buffer.from(features, 'base64')
      this.#forget(key)
      this.#applied.set(key, { features: bytes, update })
      this.#bytes += bytes.length + OVERHEAD
    }
  }

  /** An import or a merge of the classifier makes earlier updates permanent. */
  #forgetOldGeneration(): void {
    if (this.#generation === this.#classifier.generation) return
    this.#generation = this.#classifier.generation
    for (const key of this.#applied.keys()) this.#forget(key)
  }

  #undo(key: string): boolean {
    const earlier = this.#applied.get(key)
    const features = earlier && unpack(earlier.features, VIEWS.length)
    if (earlier === undefined || features === undefined) return false
    this.#forget(key)
    this.#classifier.unlearn(features, earlier.update)
    return true
  }

  #forget(key: string): void {
    const earlier = this.#applied.get(key)
    if (earlier === undefined) return
    this.#bytes -= earlier.features.length + OVERHEAD
    this.#applied.delete(key)
  }
}

/** A name for a message without a reference. @param features packed */
export const idOf = (features: Uint8Array): string =>
  nodeCrypto().createHash('sha256').update(features).digest('base64url').slice(0, 22)

/** The examples in what was kept beside a snapshot; what has another form is left out. */
export function savedExamples(kept: unknown): readonly SavedExample[] {
  const applied = isRecord(kept) ? kept.applied : undefined
  return Array.isArray(applied) ? applied.filter(isSaved) : []
}

/** Where reading of shared examples has stopped; undefined where it is not known. */
export function positionIn(kept: unknown): LogPosition | undefined {
  if (!isRecord(kept)) return undefined
  const { position, epoch } = kept
  if (!Number.isSafeInteger(position) || Number(position) < 0) return undefined
  return { position: Number(position), ...(typeof epoch === 'string' && { epoch }) }
}

function isSaved(value: unknown): value is SavedExample {
  if (!isRecord(value) || typeof value.key !== 'string' || typeof value.features !== 'string') return false
  const { update } = value
  if (!isRecord(update) || (update.label !== 'ham' && update.label !== 'spam')) return false
  const numbers = [
    update.margin,
    update.example,
    ...(Array.isArray(update.steps) ? update.steps.flatMap(valuesOf) : []),
  ]
  return Array.isArray(update.steps) && numbers.every(Number.isFinite) && typeof update.isCounted === 'boolean'
}

const valuesOf = (step: unknown): readonly unknown[] => (isRecord(step) ? [step.towards, step.shrunk] : [undefined])
