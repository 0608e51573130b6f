/** A decision as MTA hooks express it: an action, the reply, and modifications. */
import type { Decision, Outcome } from '../../model/decision.ts'

/** A change of the message or its envelope. */
type Modification =
  | { readonly type: 'deleteHeader'; readonly index: number; readonly name: string }
  | { readonly type: 'insertHeader'; readonly index: number; readonly name: string; readonly value: string }
  | { readonly type: 'deleteRecipient'; readonly value: string }

/** The JSON that answers a call. */
export interface HookAnswer {
  readonly action: 'accept' | 'discard' | 'reject' | 'quarantine'
  readonly response?: {
    readonly status: number
    readonly enhanced_status: string
    readonly message: string
    readonly disconnect: boolean
  }
  readonly modifications?: readonly Modification[]
}

export function answerOf(decision: Decision | Outcome | undefined): HookAnswer {
  if (decision === undefined) return { action: 'accept' }
  const { verdict, reply } = decision
  const { code: status, status: enhanced_status, text: message, close: disconnect = false } = reply
  const response = { status, enhanced_status, message, disconnect }
  if (status >= 400) return { action: 'reject', response }
  if (verdict === 'discard' && decision.stage === 'message') return { action: 'discard', response }
  const modifications = 'trace' in decision ? changesTo(decision) : []
  return {
    action: verdict === 'quarantine' && decision.stage === 'message' ? 'quarantine' : 'accept',
    ...(modifications.length > 0 && { modifications }),
  }
}

const changesTo = ({ trace, forged, each }: Outcome): readonly Modification[] => [
  // From the bottom: a deleted field shifts those below it.
  ...forged.toReversed().map(({ name, position }) => ({ type: 'deleteHeader', index: position, name }) as const),
  // Each is inserted on top, so the last one comes first.
  ...trace.toReversed().map(([name, value]) => ({ type: 'insertHeader', index: 0, name, value }) as const),
  ...[...each]
    .filter(([, { reply }]) => reply.code >= 400)
    .map(([value]) => ({ type: 'deleteRecipient', value }) as const),
]
