/** One call: the verbs that its session has not heard yet, and then what the call itself is about. */
import type { Decision, Outcome } from '../../model/decision.ts'
import { sliced } from '../shared/slices.ts'
import type { HookCall } from './call.ts'
import type { HookSession } from './sessions.ts'

/** @returns what is to be answered; nothing where the call brings nothing new */
export async function catchUp(visit: HookSession, call: HookCall): Promise<Decision | Outcome | undefined> {
  const { stage } = call
  visit.connected ??= await visit.session.connect()
  if (isRefusal(visit.connected) || stage === 'connect') return visit.connected
  const greeted = await greet(visit, call)
  if (isRefusal(greeted) || stage === 'ehlo' || stage === 'auth') return greeted
  const begun = await mail(visit, call)
  if (isRefusal(begun) || stage === 'mail') return begun
  const last = await rcpt(visit, call)
  return stage === 'rcpt' ? last : await data(visit, call, last)
}

const isRefusal = (decision: Decision | undefined): decision is Decision => (decision?.reply.code ?? 0) >= 400

async function greet(visit: HookSession, { stage, helo, tls }: HookCall): Promise<Decision | undefined> {
  const said = `${helo} ${tls?.protocol ?? ''}`
  if (stage !== 'ehlo' && visit.helo === said) return undefined
  forget(visit)
  visit.helo = said
  return await visit.session.helo(helo, tls)
}

async function mail(visit: HookSession, { stage, reversePath = '', user }: HookCall): Promise<Decision | undefined> {
  const said = `${reversePath} ${user ?? ''}`
  if (stage !== 'mail' && visit.transaction === said) return undefined
  forget(visit)
  visit.transaction = said
  const decision = await visit.session.mail(reversePath, user === undefined ? {} : { user })
  // A sender that is refused has begun no transaction: told of it once more, it is judged once more.
  if (isRefusal(decision)) forget(visit)
  return decision
}

/** The recipients so far, of which the last is the new one. */
async function rcpt({ session, heard }: HookSession, { forwardPaths }: HookCall): Promise<Decision | undefined> {
  for (const path of heard.keys()) {
    if (forwardPaths.includes(path)) continue
    session.removeRecipient(path)
    heard.delete(path)
  }
  for (const path of forwardPaths) if (!heard.has(path)) heard.set(path, await session.rcpt(path))
  const last = forwardPaths.at(-1)
  return last === undefined ? undefined : heard.get(last)
}

async function data(
  visit: HookSession,
  { message }: HookCall,
  last: Decision | undefined,
): Promise<Decision | Outcome> {
  const { session, heard } = visit
  const refused = [...heard].filter(([, decision]) => isRefusal(decision))
  if (refused.length === heard.size && last) {
    forget(visit)
    return last
  }
  const outcome = await session.data(sliced(message ?? Buffer.alloc(0)))
  const each = new Map([...outcome.each, ...refused])
  forget(visit)
  return { ...outcome, each }
}

function forget(visit: HookSession): void {
  delete visit.transaction
  visit.heard = new Map()
  visit.session.reset()
}
