/** The words of a message with the largest weights, for a person to read. */
import type { Classifier } from './classifier.ts'
import { type ExtractedText, VIEWS, type View, viewsOf } from './features.ts'
import { gramOfWord, gramsOfBytes, gramsOfText, newRun, type Run, SPACE } from './grams.ts'

/** A word of a message and its weight. */
export interface Evidence {
  /** Where the word was found. */
  readonly view: View
  /** The word as the message has it, cut; characters that cannot be printed are dots. */
  readonly word: string
  /** Its part of the margin: positive for spam, negative for ham. */
  readonly weight: number
}

/** Longer words are split, so that text without spaces has words too. */
const MAX_WORD_LENGTH = 24

/**
 * The words with the largest absolute weights, the largest first. A feature belongs to the word in which it first ends,
 * so the weights of all words add up to the margin. This costs more than a judgement: use it only for what is reported.
 */
export function explain(classifier: Classifier, message: ExtractedText, max = 5): readonly Evidence[] {
  const views = viewsOf(message)
  const pieces = { header: views.header, body: views.body, raw: views.raw.map(latin1) }
  return VIEWS.flatMap((view, index) => {
    const weightOf = (gram: number): number => classifier.weightOf(index, gram)
    const words =
      view === 'traits'
        ? weighTraits(views.traits, weightOf)
        : weigh(pieces[view], view === 'raw' ? gramsOfLatin1 : gramsOfText, weightOf)
    return words.map(([word, weight]): Evidence => ({ view, word, weight }))
  })
    .toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, max)
    .map(evidence => ({ ...evidence, word: printable(evidence) }))
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const gramsOfLatin1 = (text: string, run: Run): number => gramsOfBytes(Buffer.from(text, 'latin1'), run)

type WeighedWord = readonly [word: string, weight: number]

function weighTraits(traits: readonly string[], weightOf: (gram: number) => number): readonly WeighedWord[] {
  const length = Math.sqrt(Math.max(traits.length, 1))
  return traits.map(trait => [trait, weightOf(gramOfWord(trait)) / length])
}

/** Every word of a view once, with the weight of the features that first end in it. */
function weigh(
  pieces: readonly string[],
  gramsOf: (text: string, run: Run) => number,
  weightOf: (gram: number) => number,
): readonly WeighedWord[] {
  const counted = new Uint8Array(SPACE)
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
      const [gram = 0, at = 0] = [run.grams[index], run.positions[index]]
      if (at >= end) {
        close()
        weight = 0
        while (at >= end && end < piece.length) {
          // The white space before a word belongs to it.
          start = skip(piece, end, piece.length, true)
          end = skip(piece, start, start + MAX_WORD_LENGTH, false)
        }
      }
      if (counted[gram] === 1) continue
      counted[gram] = 1
      count += 1
      weight += weightOf(gram)
    }
    close()
  }
  const length = Math.sqrt(Math.max(count, 1))
  return Array.from(weights, ([word, weight]) => [word, weight / length])
}

/** The position after a run of blanks, or of other characters. */
function skip(text: string, from: number, limit: number, areBlanks: boolean): number {
  let at = from
  while (at < text.length && at < limit && isBlank(text.charCodeAt(at)) === areBlanks) at += 1
  return at
}

/** White space, and the delimiter of fields. */
const isBlank = (code: number): boolean => code <= 32 || code === 0x7f

/** Blanks are shown, but those between the words of a trait. */
const printable = ({ view, word }: Evidence): string =>
  word.replace(view === 'traits' ? /[^\p{L}\p{N}\p{P}\p{S} ]/gu : /[^\p{L}\p{N}\p{P}\p{S}]/gu, '·') || '␠'
