/** What is held of a session: the reports of its deliveries name it. */
import type { GatewayEvent } from '../../model/events.ts'
import { mayRelease } from '../../quarantine/roles.ts'
import type { HeldEntry } from '../../quarantine/types.ts'
import type { ScopedQuarantine } from '../access/scoped-quarantine.ts'
import type { Viewer } from '../access/viewer.ts'
import type { Answer } from '../api/schemas.ts'

/** One held message for one recipient, as the API answers it. */
export type HeldAnswer = Answer<'held.get'>['entries'][number]

/** The next hop that a delivery into the quarantine is reported with. */
const QUARANTINE = 'quarantine'
/** Held messages of one session that are shown. */
const MAX_HELD = 50

/** Under which names messages of a session are held. */
export function heldIdsIn(events: readonly GatewayEvent[]): readonly string[] {
  const ids = new Set<string>()
  for (const event of events)
    if (event.type === 'delivery' && event.nextHop === QUARANTINE && event.queueId !== undefined) ids.add(event.queueId)
  return [...ids]
}

/** Those of the recipients that the viewer may see. */
export async function heldOf(
  quarantine: ScopedQuarantine,
  events: readonly GatewayEvent[],
  viewer: Viewer,
): Promise<readonly HeldAnswer[]> {
  const found: HeldAnswer[] = []
  for (const id of heldIdsIn(events).slice(0, MAX_HELD))
    for (const entry of await quarantine.entries(id)) found.push(heldAnswer(entry, viewer))
  return found
}

/** What is shown of a held message. */
export function heldAnswer(entry: HeldEntry, { role }: Viewer): HeldAnswer {
  const { id, ref, transaction, kind, time, expires, ip, reversePath, recipient, state, score, size, findings } = entry
  const { by, why, at, from, subject, messageId } = entry
  return {
    ...{ id, ref, transaction, kind, time, expires, ip, reversePath, recipient, state, score, size, findings },
    ...(by !== undefined && { by }),
    ...(why !== undefined && { why }),
    ...(at !== undefined && { at }),
    ...(from !== undefined && { from }),
    ...(subject !== undefined && { subject }),
    ...(messageId !== undefined && { messageId }),
    mayRelease: role !== 'viewer' && state === 'held' && mayRelease(role, kind),
  }
}
