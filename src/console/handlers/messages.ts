/** Endpoints of messages: search, story, copies, feedback. */
import { story } from '../../history/story.ts'
import type { RecordAction } from '../../model/action-event.ts'
import type { GatewayEvent } from '../../model/events.ts'
import { addressKey, mailboxOf } from '../../net/path.ts'
import { provenSender } from '../../quarantine/proven-sender.ts'
import type { ScopedSources } from '../access/scoped-sources.ts'
import type { Viewer } from '../access/viewer.ts'
import type { Training } from '../actions/training.ts'
import type { Reversals } from '../actions/undo.ts'
import type { Handlers } from '../api/call.ts'
import type { Answer } from '../api/schemas.ts'
import { notFound } from '../http/errors.ts'
import { heldOf } from './held-of-session.ts'

/** What these endpoints work with. */
export interface MessageParts {
  readonly sources: ScopedSources
  readonly training: Training
  readonly reversals: Reversals
  readonly record: RecordAction
}

type Session = Answer<'messages.get'>

/** Events of one answer: a session of thousands of recipients has more. */
const MAX_EVENTS = 500

export function messageHandlers(
  parts: MessageParts,
): Handlers<`messages.${'search' | 'get' | 'similar' | 'feedback'}`> {
  const { sources, training, reversals, record } = parts
  return {
    'messages.search': ({ caller, query }) => sources.history(caller.viewer).search(query),
    'messages.get': async ({ caller: { viewer }, params: { ref = '' } }) => {
      const seen = await sources.history(viewer).session(ref)
      if (seen === undefined) throw notFound('message')
      const { events } = seen
      const fingerprint = events.findLast(event => event.type === 'transaction')?.fingerprint
      return {
        ref,
        story: story(events),
        events: events.slice(0, MAX_EVENTS).map(event => ({ ...event })),
        isPartial: seen.isPartial || events.length > MAX_EVENTS,
        held: sources.hasQuarantine ? await heldOf(sources.quarantine(viewer), events, viewer) : [],
        feedback: feedbackIn(events),
        senders: sendersIn(events),
        scopes: scopesFor(viewer, events),
        ...(fingerprint !== undefined && { fingerprint }),
      }
    },
    'messages.similar': async ({ caller: { viewer }, params: { ref = '' }, query: { transaction } }) => {
      const history = sources.history(viewer)
      const seen = await history.session(ref)
      const found = seen?.events.findLast(
        event => event.type === 'transaction' && (transaction === undefined || event.transaction === transaction),
      )
      if (found?.type !== 'transaction') throw notFound('message')
      if (found.fingerprint === undefined) return { entries: [] }
      return await history.search({ fingerprint: found.fingerprint, limit: 100 })
    },
    'messages.feedback': async ({ caller: { viewer }, params: { ref = '' }, body: { label, undo = false, why } }) => {
      const events = await training.say(viewer, ref, label, undo)
      const action = undo ? ('undo' as const) : ('train' as const)
      record({
        ...{ ref, action, by: viewer.name, role: viewer.role, target: label, result: 'done' },
        ...recipientOf(events),
        ...(why !== undefined && { why }),
      })
      const note = undo ? undefined : await reversals.note(viewer, { kind: 'feedback', ref, label })
      return { kind: 'done', ...(note !== undefined && { undo: note }) }
    },
  }
}

/** An action about a message of one recipient says which, so that those who see it see the action. */
function recipientOf(events: readonly GatewayEvent[]): { readonly recipient?: string } {
  const paths = new Set(events.flatMap(event => (event.type === 'recipient' ? [event.recipient] : [])))
  const [recipient, ...more] = paths
  return recipient !== undefined && more.length === 0 ? { recipient } : {}
}

/** What people have said, the filters' events and the console's together. */
function feedbackIn(events: readonly GatewayEvent[]): Session['feedback'] {
  return events.flatMap(event =>
    event.type === 'feedback' ? [{ label: event.label, by: event.by, time: event.time, undo: event.undo }] : [],
  )
}

/** Names under which a list knows the sender: those that were proven first. */
function sendersIn(events: readonly GatewayEvent[]): Session['senders'] {
  const transaction = events.findLast(event => event.type === 'transaction')
  const session = events.find(event => event.type === 'session')
  if (transaction === undefined) return session?.ip ? [{ sender: session.ip, isProven: true }] : []
  const { from, reversePath, spf, dkim, dmarc } = transaction
  const authentication = { ...(spf && { spf }), ...(dkim && { dkim }), ...(dmarc && { dmarc }) }
  const proven = provenSender({ reversePath, authentication, ...(from !== undefined && { from }) })
  const domain = from === undefined ? '' : mailboxOf(from).domain
  const named = [
    ...(proven === undefined ? [] : [{ sender: proven, isProven: true }]),
    ...(dmarc?.result === 'pass' ? [{ sender: `dmarc:${dmarc.domain}`, isProven: true }] : []),
    ...(spf?.result === 'pass' ? [{ sender: `spf:${spf.domain}`, isProven: true }] : []),
    ...(session?.ip ? [{ sender: session.ip, isProven: true }] : []),
    ...(domain === '' || from === undefined ? [] : [{ sender: addressKey(mailboxOf(from)), isProven: false }]),
    ...(domain === '' ? [] : [{ sender: domain, isProven: false }]),
  ]
  return [...new Map(named.toReversed().map(one => [one.sender, one])).values()].toReversed()
}

/** Where an entry about this message may count, the narrowest first. */
function scopesFor(viewer: Viewer, events: readonly GatewayEvent[]): readonly string[] {
  const paths = [...new Set(events.flatMap(event => (event.type === 'recipient' ? [event.recipient] : [])))].slice(
    0,
    20,
  )
  if (viewer.role === 'viewer') return []
  if (viewer.role === 'user') return paths
  const domains = [...new Set(paths.map(path => mailboxOf(path).domain))].filter(domain => domain !== '')
  return [...paths, ...domains, ...(viewer.domains === null ? [''] : [])]
}
