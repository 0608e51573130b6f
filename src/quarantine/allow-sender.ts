/** Adds the proven sender of a released message to the allow list of its recipient. */
import { errorText, PosternError } from '../model/errors.ts'
import { provenSender } from './proven-sender.ts'
import type { AllowedSender, HeldEntry } from './types.ts'

/** What is used of `senderLists`. */
export interface AllowLists {
  /** Writes an entry; one with the same effect, sender and scope is replaced. Throws a PosternError for a wrong one. */
  add(entry: {
    readonly effect: 'allow'
    readonly sender: string
    readonly scope: string
    readonly author: string
    readonly note: string
  }): Promise<{ readonly id: string; readonly sender: string; readonly scope?: string }>
  /** Removes an entry. */
  remove(id: string, scope: string): Promise<boolean>
  /** The entries of a scope. */
  entries(
    scope: string,
  ): Promise<readonly { readonly effect: string; readonly sender: string; readonly note?: string }[]>
}

/** @returns the entry, or why there is none. Rejects where it may be tried again. */
export async function allowSender(lists: AllowLists, entry: HeldEntry, by: string): Promise<AllowedSender | string> {
  const sender = provenSender(entry)
  if (sender === undefined)
    return 'nothing proves the sender: it was not allowed, since any sender could write its name'
  const note = `released ${entry.id}`
  try {
    const { recipient: scope } = entry
    const present = await lists.entries(scope)
    const isOther = present.some(other => other.effect === 'allow' && other.sender === sender && other.note !== note)
    if (isOther) return `${sender} is allowed already`
    const added = await lists.add({ effect: 'allow', sender, scope, author: by.slice(0, 200), note })
    return { id: added.id, sender: added.sender, scope: added.scope ?? scope }
  } catch (error) {
    if (error instanceof PosternError) return `${sender} was not allowed: ${errorText(error)}`
    throw error
  }
}
