/** One call: the SMTP commands that its session has not seen yet, and then the command of the call itself. */
import type { Decision, Outcome } from '../../model/decision.ts'
import { sliced } from '../shared/slices.ts'
import type { HookCall } from './call.ts'
import type { HookSession } from './hook-session.ts'

/** @returns the decision to answer with; undefined where the call brings nothing new */
export async function catchUp(hook: HookSession, call: HookCall): Promise<Decision | Outcome | undefined> {
  const { stage } = call
  hook.connected ??= await hook.session.connect()
  if (isRefusal(hook.connected) || stage === 'connect') return hook.connected
  const greeted = await greet(hook, call)
  if (isRefusal(greeted) || stage === 'ehlo' || stage === 'auth') return greeted
  const begun = await mail(hook, call)
  if (isRefusal(begun) || stage === 'mail') return begun
  const last = await rcpt(hook, call)
  return stage === 'rcpt' ? last : await data(hook, call, last)
}

const isRefusal = (decision: Decision | undefined): decision is Decision => (decision?.reply.code ?? 0) >= 400

async function greet(hook: HookSession, { stage, helo, tls }: HookCall): Promise<Decision | undefined> {
  const current = `${helo} ${tls?.protocol ?? ''}`
  if (stage !== 'ehlo' && hook.helo === current) return undefined
  resetTransaction(hook)
  hook.helo = current
  return await hook.session.helo(helo, tls)
}

async function mail(hook: HookSession, { stage, reversePath = '', user }: HookCall): Promise<Decision | undefined> {
  const current = `${reversePath} ${user ?? ''}`
  if (stage !== 'mail' && hook.transaction === current) return undefined
  resetTransaction(hook)
  hook.transaction = current
  const decision = await hook.session.mail(reversePath, user === undefined ? {} : { user })
  // A refused sender has begun no transaction: the next call with it is judged again.
  if (isRefusal(decision)) resetTransaction(hook)
  return decision
}

/** The recipients so far, of which the last is the new one. */
async function rcpt({ session, recipients }: HookSession, { forwardPaths }: HookCall): Promise<Decision | undefined> {
  for (const path of recipients.keys()) {
    if (forwardPaths.includes(path)) continue
    session.removeRecipient(path)
    recipients.delete(path)
  }
  for (const path of forwardPaths) if (!recipients.has(path)) recipients.set(path, await session.rcpt(path))
  const last = forwardPaths.at(-1)
  return last === undefined ? undefined : recipients.get(last)
}

async function data(
  hook: HookSession,
  { message, queueId }: HookCall,
  last: Decision | undefined,
): Promise<Decision | Outcome> {
  const { session, recipients } = hook
  const refused = [...recipients].filter(([, decision]) => isRefusal(decision))
  if (refused.length === recipients.size && last) {
    resetTransaction(hook)
    return last
  }
  if (queueId !== undefined) session.setQueueId(queueId)
  const outcome = await session.data(sliced(message ?? Buffer.alloc(0)))
  const each = new Map([...outcome.each, ...refused])
  resetTransaction(hook)
  return { ...outcome, each }
}

function resetTransaction(hook: HookSession): void {
  delete hook.transaction
  hook.recipients = new Map()
  hook.session.reset()
}
