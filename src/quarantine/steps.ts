/**
 * What follows a decision: training, an entry of the allow list, the record. Each is done once, and noted when it is.
 */

import type { RecordAction } from '../model/action-event.ts'
import { errorText, PosternError } from '../model/errors.ts'
import type { Feedback, Label } from '../model/feedback.ts'
import type { Clock } from '../model/services.ts'
import { type AllowLists, allowSender } from './allow-sender.ts'
import { bytesToLearn } from './training.ts'
import type { AllowedSender, HeldEntry, HeldRecipient, HeldStep, Quarantine } from './types.ts'

/** A step that could not be done for so long is given up. */
const GIVE_UP_MS = 86_400_000

export interface StepsOptions {
  readonly quarantine: Quarantine
  readonly feedback?: (feedback: Feedback) => Promise<void>
  readonly lists?: AllowLists
  readonly record?: RecordAction
  readonly clock: Clock
  /** Writes the record of the decision. */
  readonly decided: (entry: HeldEntry, remarks: readonly string[]) => void
  /** A step is given up. */
  readonly failed: (reason: string) => void
}

export class Steps {
  readonly #options: StepsOptions

  constructor(options: StepsOptions) {
    this.#options = options
  }

  /** Does what has to follow a decision, one step after the other; each is noted when it is done. */
  async follow(entry: HeldEntry): Promise<readonly string[]> {
    const remarks: string[] = []
    const isGivenUp = (entry.at ?? 0) <= this.#options.clock.now() - GIVE_UP_MS
    let pending = entry.pending ?? []
    for (const step of pending) {
      try {
        const { remark, note } = await this.#step(step, entry, remarks)
        if (remark !== undefined) remarks.push(remark)
        pending = pending.filter(other => other !== step)
        await this.#options.quarantine.note(entry.id, entry.recipient, { ...note, pending })
      } catch (error) {
        remarks.push(`${STEPS[step]} has failed and is tried again: ${errorText(error)}`)
        // The others do not wait for it.
        if (!isGivenUp) continue
        pending = pending.filter(other => other !== step)
        await this.#options.quarantine.note(entry.id, entry.recipient, { pending })
        this.#options.failed(`${STEPS[step]} of message ${entry.id} is given up: ${errorText(error)}`)
      }
    }
    return remarks
  }

  async #step(step: HeldStep, entry: HeldEntry, remarks: readonly string[]): Promise<StepResult> {
    switch (step) {
      case 'train':
        return await this.#train(entry)
      case 'allow':
        return await this.#allow(entry)
      case 'record':
        this.#options.decided(entry, remarks)
        return {}
      default:
        throw step satisfies never
    }
  }

  async #train(entry: HeldEntry): Promise<StepResult> {
    const label = entry.state === 'deleted' ? 'spam' : 'ham'
    const remark = await this.#learn(entry, label, false)
    return remark === undefined ? { note: { trained: label } } : { remark }
  }

  /** @returns why nothing can be learned; undefined when it was. Rejects when it may be tried again. */
  async #learn(entry: HeldEntry, label: Label, undo: boolean): Promise<string | undefined> {
    const { feedback } = this.#options
    if (feedback === undefined)
      return 'nothing was learned: the filters of the gateway cannot be reached without a store that is shared'
    const message = await bytesToLearn(this.#options.quarantine, entry)
    try {
      const { ref, recipient } = entry
      await feedback({ ref, message, label, by: reporterOf(entry), undo, recipient })
      return undefined
    } catch (error) {
      // A mistake of the configuration or of the message stays one, however often it is repeated.
      if (error instanceof PosternError) return `the filters cannot learn it: ${errorText(error)}`
      throw error
    } finally {
      message.destroy()
    }
  }

  async #allow(entry: HeldEntry): Promise<StepResult> {
    const { lists } = this.#options
    if (lists === undefined)
      return { remark: 'the sender was not allowed: there are no lists without a store that is shared' }
    const { by = 'postern', role = 'admin' } = entry
    const result = await allowSender(lists, entry, by)
    if (typeof result === 'string') return { remark: result }
    const { sender } = result
    const { ref, recipient } = entry
    this.#options.record?.({ ref, recipient, action: 'allow', by, role, target: sender, result: 'done' })
    return { note: { allowed: result } }
  }

  /** Takes back what was learned. @returns what could not be */
  async untrain(entry: HeldEntry, label: Label): Promise<readonly string[]> {
    try {
      const remark = await this.#learn(entry, label, true)
      await this.#options.quarantine.note(entry.id, entry.recipient, { trained: null })
      return remark === undefined ? [] : [`what was learned cannot be taken back: ${remark}`]
    } catch (error) {
      return [`what was learned cannot be taken back: ${errorText(error)}`]
    }
  }
}

interface StepResult {
  /** What was not done, and why. */
  readonly remark?: string
  readonly note?: { readonly trained?: Label; readonly allowed?: AllowedSender }
}

const STEPS: Readonly<Record<HeldStep, string>> = {
  train: 'the training',
  allow: 'the entry of the allow list',
  record: 'the record',
}

/** Who trains the filters: they may trust a user less than an operator. */
const reporterOf = ({ by = 'postern', role = 'admin' }: HeldRecipient): string => `${role}:${by}`.slice(0, 320)
