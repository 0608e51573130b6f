/** What becomes of a delivery, as the sender will hear it. */

export interface Answer {
  readonly code: number
  /** Enhanced status and text. */
  readonly text: string
  /** Who has the message. @default all whom it was for, if the code is 250 */
  readonly taken?: readonly string[]
  /** Whom the next server has refused, and how. */
  readonly refused?: ReadonlyMap<string, Answer>
  /** To be called in the end, with whether the client was there to hear the answer. */
  readonly ended?: (isHeard: boolean) => void
}

export const delivered: Answer = { code: 250, text: '2.6.0 Delivered' }

/**
 * One answer for several recipients. Not now, if one says not now: the sender comes back, and who had it already has it
 * twice. No, if one says no: the sender hears of it. Nothing is ever lost in silence.
 */
export function worst(answers: readonly Answer[]): Answer {
  const ofClass = (digit: number) => answers.find(({ code }) => Math.floor(code / 100) === digit)
  return ofClass(4) ?? ofClass(5) ?? answers[0] ?? delivered
}
