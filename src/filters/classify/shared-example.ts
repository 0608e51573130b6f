/** A training example as text: what stands in the common store, and on disk while it waits for that store. */
import type { LoggedExample } from './training-log.ts'

/** @param node the node that has learned it first */
export function sharedText({ features, ...example }: LoggedExample, node: string): string {
  return JSON.stringify({ ...example, features: Buffer.from(features).toString('base64'), node })
}

/** Parses an entry of the store; undefined for anything that is not an example. */
export function parseExample(text: string): { readonly node: string; readonly example: LoggedExample } | undefined {
  try {
    const { node, id, by, label, undo, weight, features, ...more } = JSON.parse(text) as Record<string, unknown>
    if (typeof node !== 'string' || typeof id !== 'string' || typeof by !== 'string') return undefined
    if ((label !== 'ham' && label !== 'spam') || typeof undo !== 'boolean' || typeof features !== 'string') {
      return undefined
    }
    if (typeof weight !== 'number' || !(weight >= 0 && weight <= 1)) return undefined
    const example = { id, by, label, undo, weight, features: Buffer.from(features, 'base64') } as const
    const { imported, recipient } = more
    const own = { ...(imported === true && { imported }), ...(typeof recipient === 'string' && { recipient }) }
    return { node, example: { ...example, ...own } }
  } catch {
    return undefined
  }
}
