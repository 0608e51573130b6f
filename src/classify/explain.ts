/** Which words of a message weighed most, for a person to read. */
import type { Classifier } from './classifier.ts'
import { type ExtractedText, VIEWS, type View, viewsOf } from './features.ts'
import { gramsOfOctets, gramsOfText, newRun, type Run, SPACE } from './grams.ts'

/** A word of a message and what it spoke for. */
export interface Evidence {
  readonly view: View
  /** As it stands in the message, cut to what fits a line; what cannot be printed is a dot. */
  readonly word: string
  /** Its part of the margin: positive for spam, negative for ham. */
  readonly weight: number
}

/** Longer words are cut, so that text without spaces has words too. */
const MAX_WORD_LENGTH = 24

/**
 * The words that weighed most, the heaviest first, whichever way they spoke. A feature belongs to the word in which it ends
 * first, so the weights of all words together are the margin. Dearer than to judge: ask it of what will be told.
 */
export function explain(classifier: Classifier, seen: ExtractedText, most = 5): readonly Evidence[] {
  const views = viewsOf(seen)
  const pieces = { header: views.header, body: views.body, raw: views.raw.map(latin1) }
  return VIEWS.flatMap((view, index) =>
    weigh(pieces[view], view === 'raw' ? gramsOfLatin1 : gramsOfText, gram => classifier.weightOf(index, gram)).map(
      ([word, weight]): Evidence => ({ view, word, weight }),
    ),
  )
    .toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, most)
    .map(evidence => ({ ...evidence, word: printable(evidence.word) }))
}

const latin1 = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1')
const gramsOfLatin1 = (text: string, run: Run): number => gramsOfOctets(Buffer.from(text, 'latin1'), run)

type WeighedWord = readonly [word: string, weight: number]

/** Every word of a view once, with the weight of what ends in it for the first time. */
function weigh(
  pieces: readonly string[],
  gramsOf: (text: string, run: Run) => number,
  weightOf: (gram: number) => number,
): readonly WeighedWord[] {
  const met = new Uint8Array(SPACE)
  const run = newRun()
  const weights = new Map<string, number>()
  let count = 0
  for (const piece of pieces) {
    let [start, end, weight] = [0, 0, 0]
    const close = (): void => {
      if (weight === 0) return
      const word = piece.slice(start, end)
      weights.set(word, (weights.get(word) ?? 0) + weight)
    }
    const length = gramsOf(piece, run)
    for (let index = 0; index < length; index += 1) {
      const [gram = 0, at = 0] = [run.grams[index], run.places[index]]
      if (at >= end) {
        close()
        weight = 0
        while (at >= end && end < piece.length) {
          // The white space before a word belongs to it.
          start = pass(piece, end, piece.length, true)
          end = pass(piece, start, start + MAX_WORD_LENGTH, false)
        }
      }
      if (met[gram] === 1) continue
      met[gram] = 1
      count += 1
      weight += weightOf(gram)
    }
    close()
  }
  const length = Math.sqrt(Math.max(count, 1))
  return Array.from(weights, ([word, weight]) => [word, weight / length])
}

/** The place behind what is blank, or behind what is not. */
function pass(text: string, from: number, most: number, isBlankPassed: boolean): number {
  let at = from
  while (at < text.length && at < most && isBlank(text.charCodeAt(at)) === isBlankPassed) at += 1
  return at
}

/** White space, and what ends a field. */
const isBlank = (code: number): boolean => code <= 32 || code === 0x7f

const printable = (text: string): string => text.replace(/[^\p{L}\p{N}\p{P}\p{S}]/gu, '·') || '␠'
