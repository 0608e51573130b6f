/** What people say about messages, brought to a classifier: once for each who says it, and so that it can be taken back. */
import type { Classifier, Learned } from '../../classify/classifier.ts'
import { VIEWS } from '../../classify/features.ts'
import { unpack } from '../../classify/packing.ts'
import type { Label } from '../../model/feedback.ts'
import { nodeCrypto } from '../../model/lazy.ts'

/** A lesson, with all that is needed to learn it anywhere. */
export interface LoggedExample {
  /** Of the message: its reference, or the hash of what was seen of it. */
  readonly id: string
  readonly by: string
  readonly label: Label
  readonly undo: boolean
  /** From 0 to 1. */
  readonly weight: number
  /** Packed features. */
  readonly octets: Uint8Array
}

export interface TrainingLog {
  /** Learns it, or takes it back. Returns whether anything has changed; the same thing said twice changes nothing. */
  take(taught: LoggedExample, day: number): boolean
}

/** Bytes of the lessons that can be taken back, some 800; beyond, the oldest stand for good. */
const MAX_OCTETS = 2 * 1024 * 1024
const OVERHEAD = 400

interface Done {
  readonly octets: Uint8Array
  readonly learned: Learned
}

/** The last word of each reporter counts. */
export function newTrainingLog(classifier: Classifier): TrainingLog {
  const done = new Map<string, Done>()
  let generation = classifier.generation
  let bytes = 0

  const forget = (key: string): void => {
    bytes -= (done.get(key)?.octets.length ?? 0) + OVERHEAD
    done.delete(key)
  }
  const takeBack = (key: string): boolean => {
    const before = done.get(key)
    const features = before && unpack(before.octets, VIEWS.length)
    if (before === undefined || features === undefined) return false
    forget(key)
    classifier.unlearn(features, before.learned)
    return true
  }
  return {
    take: ({ id, by, label, undo, weight, octets }, day) => {
      const key = `${id} ${by}`
      if (generation !== classifier.generation) for (const old of done.keys()) forget(old)
      generation = classifier.generation
      const before = done.get(key)
      if (undo) return before?.learned.label === label && takeBack(key)
      if (before?.learned.label === label) return false
      takeBack(key)
      const features = unpack(octets, VIEWS.length)
      if (features === undefined) return false
      const learned = classifier.learn(features, label, day, weight)
      done.set(key, { octets, learned })
      bytes += octets.length + OVERHEAD
      for (const oldest of done.keys()) {
        if (bytes <= MAX_OCTETS) break
        forget(oldest)
      }
      return true
    },
  }
}

/** A name for a message of which only the features are known. */
export const idOf = (octets: Uint8Array): string =>
  nodeCrypto().createHash('sha256').update(octets).digest('base64url').slice(0, 22)
