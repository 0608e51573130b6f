/** Says what a message was: by its bytes where it is held, else by its reference, which filters still know. */
import { errorText, PosternError } from '../../model/errors.ts'
import type { GatewayEvent } from '../../model/events.ts'
import type { Feedback, Label } from '../../model/feedback.ts'
import { bytesToLearn } from '../../quarantine/training.ts'
import type { HeldEntry, Quarantine } from '../../quarantine/types.ts'
import type { ScopedSources } from '../access/scoped-sources.ts'
import type { Viewer } from '../access/viewer.ts'
import { heldIdsIn } from '../handlers/held-of-session.ts'
import { ApiError, notConfigured, notFound } from '../http/errors.ts'

/** What training works with. */
export interface TrainingParts {
  readonly sources: ScopedSources
  readonly quarantine: Quarantine | undefined
  readonly feedback: ((feedback: Feedback) => Promise<void>) | undefined
}

/** Trains the filters for people. */
export class Training {
  readonly #parts: TrainingParts

  constructor(parts: TrainingParts) {
    this.#parts = parts
  }

  /**
   * @returns the events of the session that the viewer may see
   * @throws ApiError where the viewer may not see the message, or no filter can learn it any more
   */
  async say(viewer: Viewer, ref: string, label: Label, undo: boolean): Promise<readonly GatewayEvent[]> {
    const { sources, feedback } = this.#parts
    if (feedback === undefined) throw notConfigured('filter that learns')
    const seen = await sources.history(viewer).session(ref)
    if (seen === undefined) throw notFound('message')
    const recipient = onlyRecipientIn(seen.events)
    const by = `${viewer.role}:${viewer.name}`.slice(0, 320)
    const said = { ref, label, by, undo, ...(recipient !== undefined && { recipient }) }
    const message = await this.#bytes(viewer, seen.events)
    try {
      await feedback(message === undefined ? said : { ...said, message })
    } catch (error) {
      if (!(error instanceof PosternError)) throw error
      throw new ApiError('conflict', `no filter can learn this message any more: ${errorText(error)}`)
    } finally {
      message?.destroy()
    }
    return seen.events
  }

  async #bytes(viewer: Viewer, events: readonly GatewayEvent[]) {
    const { sources, quarantine } = this.#parts
    const [id] = heldIdsIn(events)
    if (quarantine === undefined || id === undefined) return undefined
    const [entry]: readonly HeldEntry[] = await sources.quarantine(viewer).entries(id)
    // What is no longer kept may still be known by its reference.
    return entry && (await bytesToLearn(quarantine, entry).catch(() => undefined))
  }
}

/** Whose mail it is, as far as the viewer may see it; undefined where it came for several. */
function onlyRecipientIn(events: readonly GatewayEvent[]): string | undefined {
  const [recipient, ...others] = new Set(
    events.flatMap(event => (event.type === 'recipient' && event.recipient.length <= 320 ? [event.recipient] : [])),
  )
  return others.length === 0 ? recipient : undefined
}
