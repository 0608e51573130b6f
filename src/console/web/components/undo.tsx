/** Taking back what an action has trained or listed. */
import { type ApiError, call } from '../api/client.ts'
import { type Toast, useConsole } from '../context.tsx'
import { failureText } from './state.tsx'

/** Makes the button of a message from the tokens that an action has answered. */
export function useUndo(onDone: () => void): (tokens: readonly string[]) => NonNullable<Toast['action']> {
  const { texts, say } = useConsole()
  const takeBack = async (tokens: readonly string[]): Promise<void> => {
    try {
      for (const undo of tokens) await call('undo', { body: { undo } })
      say({ text: texts.common.undone })
    } catch (error) {
      say({ text: failureText(error as ApiError, texts), kind: 'failed' })
    }
    onDone()
  }
  return tokens => ({ label: texts.common.undo, run: () => void takeBack(tokens) })
}
