/** Writes a batch, and leaves out only those of its events that can never be written. */
import { errorText } from '../model/errors.ts'

/** What came of it. */
export interface WrittenParts {
  readonly written: number
  readonly unwritable?: { readonly count: number; readonly reason: string }
}

/**
 * @param write writes some items or none of them; `part` names them among all parts of this batch
 * @param isHopeless whether an error says that the items themselves cannot be written; others are thrown
 */
export async function writeInParts<T>(
  items: readonly T[],
  write: (items: readonly T[], part: string) => unknown,
  isHopeless: (error: unknown) => boolean,
  part = '',
): Promise<WrittenParts> {
  try {
    await write(items, part)
    return { written: items.length }
  } catch (error) {
    if (!isHopeless(error)) throw error
    if (items.length <= 1) return { written: 0, unwritable: { count: items.length, reason: errorText(error) } }
  }
  const middle = Math.ceil(items.length / 2)
  const first = await writeInParts(items.slice(0, middle), write, isHopeless, `${part}a`)
  const second = await writeInParts(items.slice(middle), write, isHopeless, `${part}b`)
  const unwritable = first.unwritable ?? second.unwritable
  return {
    written: first.written + second.written,
    ...(unwritable && {
      unwritable: {
        count: (first.unwritable?.count ?? 0) + (second.unwritable?.count ?? 0),
        reason: unwritable.reason,
      },
    }),
  }
}
