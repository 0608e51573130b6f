/**
 * What a thread has read of a message, as two things that are quickly passed on: one string for the tree, and the texts
 * of its parts. A copy of all objects would take twice as long, and half of that in the thread that serves sessions.
 */
import type { Part, PartList } from './part.ts'

export interface FlatParts {
  /** JSON of everything but the texts. */
  readonly tree: string
  /** The texts of the parts that have one, in their order. */
  readonly texts: readonly string[]
}

/** In the place of each text. */
const TEXT = ''

export function flatten({ parts, ...rest }: PartList): FlatParts {
  const texts: string[] = []
  const bare = parts.map(part => {
    if (part.text === undefined) return part
    texts.push(part.text)
    return { ...part, text: TEXT }
  })
  return { tree: JSON.stringify({ ...rest, parts: bare }), texts }
}

/** A list as the thread had it. Each part is small: JSON keeps the order and the presence of its properties. */
export function unflatten({ tree, texts }: FlatParts): PartList {
  const list: PartList = JSON.parse(tree)
  let next = 0
  for (const part of list.parts as readonly { -readonly [K in keyof Part]: Part[K] }[])
    if (part.text !== undefined) part.text = texts[next++] ?? TEXT
  return list
}
