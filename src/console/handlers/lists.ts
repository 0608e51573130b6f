/** Endpoints of lists and senders, and taking actions back. */
import type { ListEntry, NewListEntry } from '../../filters/lists/entry.ts'
import { entriesNaming } from '../../filters/lists/named.ts'
import { readReputation } from '../../filters/reputation/read.ts'
import type { ActionName, RecordAction } from '../../model/action-event.ts'
import { PosternError } from '../../model/errors.ts'
import type { Store } from '../../model/store.ts'
import { canonical } from '../../net/address.ts'
import type { Releaser } from '../../quarantine/releaser.ts'
import type { ScopedSources } from '../access/scoped-sources.ts'
import type { Viewer } from '../access/viewer.ts'
import type { Training } from '../actions/training.ts'
import type { Reversal, Reversals } from '../actions/undo.ts'
import type { Handlers } from '../api/call.ts'
import type { Answer } from '../api/schemas.ts'
import { ApiError, notConfigured, notFound } from '../http/errors.ts'
import type { ConsoleSources } from '../options.ts'

/** What these endpoints work with. */
export interface ListParts {
  readonly sources: ScopedSources
  readonly has: ConsoleSources
  readonly releaser: Releaser | undefined
  readonly training: Training
  readonly store: Store
  readonly reversals: Reversals
  readonly record: RecordAction
}

type Entry = Answer<'lists.list'>['entries'][number]

/** Entries of an answer: more are found by their scope. */
const MAX_ENTRIES = 2_000

export function listHandlers(
  parts: ListParts,
): Handlers<`lists.${'list' | 'add' | 'remove'}` | 'senders.get' | 'undo'> {
  const { sources, has, store, reversals } = parts
  const recordEntry = recorder(parts.record)
  return {
    'lists.list': async ({ caller: { viewer }, query: { scope } }) => {
      const entries = await checked(() => sources.lists(viewer).entries(scope))
      const newest = entries.toSorted((a, b) => b.created - a.created).slice(0, MAX_ENTRIES)
      const isPartial = newest.length < entries.length
      return { entries: newest.map(entry => entryOf(entry, viewer)), ...(isPartial && { isPartial }) }
    },
    'lists.add': async ({ caller: { viewer }, body: { ref, scope, ...body } }) => {
      const entry = await checked(() => sources.lists(viewer).add({ ...body, ...(scope && { scope }) }))
      recordEntry(viewer, entry.effect, entry, ref)
      const undo = await reversals.note(viewer, { kind: 'list-add', id: entry.id, scope: entry.scope ?? '' })
      return { ...entryOf(entry, viewer), ...(undo !== undefined && { undo }) }
    },
    'lists.remove': async ({ caller: { viewer }, params: { id = '' }, query: { scope, why } }) => {
      const entry = await checked(() => sources.lists(viewer).remove(id, scope))
      if (entry === undefined) throw notFound('entry')
      recordEntry(viewer, 'list-remove', why === undefined ? entry : { ...entry, note: why })
      const { id: _id, created: _created, ...rest } = entry
      const undo = await reversals.note(viewer, { kind: 'list-remove', entry: rest })
      return { kind: 'done', ...(undo !== undefined && { undo }) }
    },
    'senders.get': async ({ caller: { viewer }, params: { name = '' } }) => {
      if (name.length > 320) throw notFound('sender')
      const lists = has.lists === undefined ? [] : await sources.lists(viewer).entries()
      const ip = canonical(name)
      const found =
        has.history && (await sources.history(viewer).search(ip ? { ip, limit: 20 } : { sender: name, limit: 20 }))
      return {
        name,
        identities: has.reputation ? await readReputation(store, name) : [],
        lists: entriesNaming(lists, name).map(entry => entryOf(entry, viewer)),
        recent: found?.entries ?? [],
      }
    },
    undo: async ({ caller: { viewer }, body }) => {
      const reversal = await reversals.take(viewer, body.undo)
      if (reversal === undefined) throw notFound('action that can be taken back')
      await checked(() => takeBack(parts, viewer, reversal))
      return { kind: 'done' }
    },
  }
}

async function takeBack(parts: ListParts, viewer: Viewer, reversal: Reversal): Promise<void> {
  const { sources, releaser, training, record } = parts
  const { name: by, role } = viewer
  switch (reversal.kind) {
    case 'held': {
      const { id, recipient } = reversal
      if (releaser === undefined) throw notConfigured('quarantine')
      if (role === 'viewer' || !(await sources.quarantine(viewer).entry(id, recipient))) throw notFound('held message')
      const result = await releaser.undo({ id, recipient, by, role })
      if (result.kind === 'failed' || result.kind === 'forbidden') throw new ApiError('conflict', result.reason)
      if (result.kind !== 'done') throw new ApiError('conflict', 'the message is with its recipient, or no longer kept')
      return
    }
    case 'feedback': {
      const { ref, label } = reversal
      await training.say(viewer, ref, label, true)
      record({ ref, action: 'undo', by, role, target: label, result: 'done' })
      return
    }
    case 'list-add': {
      const entry = await sources.lists(viewer).remove(reversal.id, reversal.scope)
      if (entry === undefined) throw notFound('entry')
      recorder(record)(viewer, 'undo', entry)
      return
    }
    case 'list-remove': {
      const entry = await sources.lists(viewer).add(reversal.entry)
      recorder(record)(viewer, 'undo', entry)
      return
    }
    default:
      throw reversal satisfies never
  }
}

/** What is wrong with an entry is the mistake of the request. */
async function checked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    const problems = error.problems.map(({ path, expected, remedy }) => ({
      path: path.replace(/^entry\./, ''),
      message: `expected ${expected}; ${remedy}`,
    }))
    throw new ApiError('bad-request', error.message, { problems })
  }
}

const recorder =
  (record: RecordAction) =>
  ({ name: by, role }: Viewer, action: ActionName, entry: NewListEntry, ref?: string): void => {
    const { sender, scope = '', note } = entry
    record({
      ...{ ref: ref ?? null, action, by, role, target: `${sender} for ${scope || 'all recipients'}`, result: 'done' },
      ...(scope.includes('@') && { recipient: scope }),
      ...(note !== undefined && { why: note }),
    })
  }

function entryOf(entry: ListEntry, { role }: Viewer): Entry {
  const { id, effect, sender, scope, enforced, unproven, expires, author, note, created } = entry
  return {
    ...{ id, effect, sender, created, mayRemove: role !== 'viewer' },
    ...(scope !== undefined && { scope }),
    ...(enforced !== undefined && { enforced }),
    ...(unproven !== undefined && { unproven }),
    ...(expires !== undefined && { expires }),
    ...(author !== undefined && { author }),
    ...(note !== undefined && { note }),
  }
}
