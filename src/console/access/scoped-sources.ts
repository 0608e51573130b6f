/** The sources of the pages, each as one viewer may see it. Handlers get mail from nowhere else. */
import { notConfigured } from '../http/errors.ts'
import type { ConsoleSources } from '../options.ts'
import { ScopedHistory } from './scoped-history.ts'
import { ScopedLists } from './scoped-lists.ts'
import { ScopedQuarantine } from './scoped-quarantine.ts'
import type { Viewer } from './viewer.ts'

/** Opens sources for viewers. */
export class ScopedSources {
  readonly #sources: ConsoleSources

  constructor(sources: ConsoleSources) {
    this.#sources = sources
  }

  /** @throws ApiError where the gateway has none */
  history(viewer: Viewer): ScopedHistory {
    if (this.#sources.history === undefined) throw notConfigured('history')
    return new ScopedHistory(this.#sources.history, viewer)
  }

  /** @throws ApiError where the gateway has none */
  quarantine(viewer: Viewer): ScopedQuarantine {
    if (this.#sources.quarantine === undefined) throw notConfigured('quarantine')
    return new ScopedQuarantine(this.#sources.quarantine, viewer)
  }

  /** @throws ApiError where the gateway has none */
  lists(viewer: Viewer): ScopedLists {
    if (this.#sources.lists === undefined) throw notConfigured('store that keeps lists')
    return new ScopedLists(this.#sources.lists, viewer)
  }

  get hasQuarantine(): boolean {
    return this.#sources.quarantine !== undefined
  }
}
