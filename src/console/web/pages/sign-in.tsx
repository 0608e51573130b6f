/** Signing in. */
import { useConsole } from '../context.tsx'

export function SignIn() {
  const { texts } = useConsole()
  return <main>{texts.common.loading}</main>
}
