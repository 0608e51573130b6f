/** What becomes of a delivery, as the sender will hear it. */

export interface Answer {
  readonly code: number
  /** Enhanced status and text. */
  readonly text: string
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
