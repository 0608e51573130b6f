/** Mail that people have sorted, made by the test: two kinds of words, and words that both use. */
import type { Label } from '../../src/model/feedback.ts'
import { message } from '../../src/testing/message.ts'

const words = {
  ham: 'minutes budget review colleague schedule draft meeting library garden invoice agenda lecture harvest rehearsal'.split(
    ' ',
  ),
  spam: 'winner casino pills lottery jackpot refinance miracle unclaimed urgent millions discount replica enlarge crypto'.split(
    ' ',
  ),
  both: 'the and with your from please this next week about more time people know when before after then'.split(' '),
}

/** Each number is another message, always the same. */
export function sorted(label: Label, number: number): Buffer {
  const dice = newDice(number * 2 + (label === 'spam' ? 1 : 0))
  const pick = (from: readonly string[]) => from[Math.floor(dice() * from.length)] ?? ''
  const line = () => Array.from({ length: 9 }, () => pick(dice() < 0.45 ? words[label] : words.both)).join(' ')
  return message({
    from: `Somebody <${pick(words.both)}@${pick(words.both)}.example>`,
    subject: `${pick(words[label])} ${pick(words.both)} ${pick(words[label])}`,
    messageId: `<${number}@${pick(words.both)}.example>`,
    text: `${Array.from({ length: 6 }, line).join('\n')}\n`,
  })
}

/** Numbers from 0 to 1, the same for the same seed. */
export function newDice(seed = 1): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) / 2 ** 24
  }
}
