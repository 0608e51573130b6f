/** Allow and deny lists as one viewer may see and change them. */
import type { ListEntry, NewListEntry } from '../../filters/lists/entry.ts'
import type { SenderLists } from '../../filters/lists/sender-lists.ts'
import { ApiError } from '../http/errors.ts'
import { seesScope, type Viewer } from './viewer.ts'

/** Reads and writes for one viewer. */
export class ScopedLists {
  readonly #lists: SenderLists
  readonly #viewer: Viewer

  constructor(lists: SenderLists, viewer: Viewer) {
    this.#lists = lists
    this.#viewer = viewer
  }

  /** @param scope an address, a domain, or '' for all recipients; undefined: every scope */
  async entries(scope?: string): Promise<readonly ListEntry[]> {
    if (scope !== undefined && !seesScope(this.#viewer, scope)) return []
    const found = await this.#lists.entries(scope === '' ? 'global' : scope)
    return found.filter(entry => seesScope(this.#viewer, entry.scope ?? ''))
  }

  /** @throws ApiError, PosternError */
  async add(entry: NewListEntry): Promise<ListEntry> {
    const { scope = '' } = entry
    if (!seesScope(this.#viewer, scope))
      throw new ApiError('forbidden', `this account writes no entries for ${scope || 'all recipients'}`)
    if (this.#viewer.role === 'user' && (entry.enforced || entry.unproven))
      throw new ApiError('forbidden', 'entries that need no proof, or take precedence, are written by operators')
    return await this.#lists.add({ ...entry, author: this.#viewer.name })
  }

  /** @returns the entry that was removed; undefined where the viewer may see none */
  async remove(id: string, scope?: string): Promise<ListEntry | undefined> {
    const entry = (await this.entries(scope)).find(other => other.id === id)
    if (entry === undefined || this.#viewer.role === 'viewer') return undefined
    return (await this.#lists.remove(id, entry.scope ?? 'global')) ? entry : undefined
  }
}
