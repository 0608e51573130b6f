/** Endpoints of the quarantine: lists, contents, releases and deletions. */

import type { Clock } from '../../model/services.ts'
import type { Releaser, ReleaserResult } from '../../quarantine/releaser.ts'
import type { Quarantine } from '../../quarantine/types.ts'
import type { ScopedSources } from '../access/scoped-sources.ts'
import { seesAll, type Viewer } from '../access/viewer.ts'
import type { Reversals } from '../actions/undo.ts'
import type { Handlers } from '../api/call.ts'
import type { Answer, Body } from '../api/schemas.ts'
import { ContentReader } from '../content/held-content.ts'
import { ApiError, notConfigured, notFound } from '../http/errors.ts'
import { heldAnswer } from './held-of-session.ts'

/** What these endpoints work with. */
export interface HeldParts {
  readonly sources: ScopedSources
  readonly quarantine: Quarantine | undefined
  readonly releaser: Releaser | undefined
  readonly reversals: Reversals
  readonly clock: Clock
}

/** No further message is begun after this time: a slow next hop must not cost the answer about the others. */
const MAX_ACTING_MS = 10_000

type Result = Answer<'held.act'>['results'][number]

export function heldHandlers(
  parts: HeldParts,
): Handlers<`held.${'list' | 'get' | 'content' | 'html' | 'source' | 'act'}`> {
  const { sources, quarantine, releaser, reversals, clock } = parts
  const reader = new ContentReader()
  const opened = async (viewer: Viewer, id: string) => {
    const found = await sources.quarantine(viewer).open(id)
    if (found === undefined) throw notFound('held message')
    return found
  }
  return {
    'held.list': async ({ caller: { viewer }, query }) => {
      const { entries, next } = await sources.quarantine(viewer).list(query)
      const usage = seesAll(viewer) ? await quarantine?.usage() : undefined
      return {
        entries: entries.map(entry => heldAnswer(entry, viewer)),
        ...(next !== undefined && { next }),
        ...(usage !== undefined && { usage }),
      }
    },
    'held.get': async ({ caller: { viewer }, params: { id = '' } }) => {
      const entries = await sources.quarantine(viewer).entries(id)
      if (entries.length === 0) throw notFound('held message')
      return { entries: entries.map(entry => heldAnswer(entry, viewer)) }
    },
    'held.content': async ({ caller: { viewer }, params: { id = '' }, signal }) => {
      const { entry, open } = await opened(viewer, id)
      return await kept(() => reader.content(open, entry.size, signal))
    },
    'held.html': async ({ caller: { viewer }, params: { id = '' }, signal }) => {
      const { entry, open } = await opened(viewer, id)
      const html = await kept(() => reader.html(open, entry.size, signal))
      if (html === undefined) throw new ApiError('not-found', 'the message has no HTML')
      return new Response(html, { headers: { 'Content-Type': 'text/html; charset=utf-8' } })
    },
    'held.source': async ({ caller: { viewer }, params: { id = '' } }) => {
      const { entry, open } = await opened(viewer, id)
      const content = await kept(open)
      const headers = {
        'Content-Type': 'message/rfc822',
        'Content-Length': String(entry.size),
        // The id is ours: letters, digits, hyphens.
        'Content-Disposition': `attachment; filename="${entry.id.replace(/[^\w-]/g, '_')}.eml"`,
      }
      return new Response(ReadableStream.from<Uint8Array>(content), { headers })
    },
    'held.act': async ({ caller: { viewer }, body }) => {
      if (releaser === undefined) throw notConfigured('quarantine')
      const results: Result[] = []
      const end = clock.monotonic() + MAX_ACTING_MS
      for (const item of body.items)
        results.push(
          clock.monotonic() < end
            ? await act(releaser, sources, reversals, viewer, body, item)
            : { ...item, kind: 'failed', reason: 'there was no time left for it: ask again' },
        )
      return { results }
    },
  }
}

/** One action on one message for one recipient. What the viewer may not see is unknown. */
async function act(
  releaser: Releaser,
  sources: ScopedSources,
  reversals: Reversals,
  viewer: Viewer,
  { action, why, train = false, allow = false }: Body<'held.act'>,
  { id, recipient }: { readonly id: string; readonly recipient: string },
): Promise<Result> {
  const entry = await sources.quarantine(viewer).entry(id, recipient)
  const { name: by, role } = viewer
  if (entry === undefined || role === 'viewer') return { id, recipient, kind: 'unknown' }
  const asked = { id, recipient: entry.recipient, by, role, train, allow, ...(why !== undefined && { why }) }
  const result = await releaser[action](asked)
  const reason = reasonOf(result)
  const undo =
    result.kind === 'done' ? await reversals.note(viewer, { kind: 'held', id, recipient: entry.recipient }) : undefined
  return {
    ...{ id, recipient, kind: result.kind },
    ...(reason !== undefined && { reason }),
    ...(undo !== undefined && { undo }),
  }
}

function reasonOf(result: ReleaserResult): string | undefined {
  if (result.kind === 'done') return result.remarks.length > 0 ? result.remarks.join('; ') : undefined
  if (result.kind === 'done-before') return `it was ${result.state} before`
  return result.kind === 'unknown' ? undefined : result.reason
}

/** A message that was released or deleted is kept for a while only. */
async function kept<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw new ApiError('not-found', 'the message itself is no longer kept, or cannot be read')
  }
}
