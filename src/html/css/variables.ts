/** Custom properties: `--size: 0` and `font-size: var(--size, 1em)` (CSS Custom Properties 1). */

export type Variables = ReadonlyMap<string, string>

/** Custom properties of one element, those of the elements around it included. */
const MAX_VARIABLES = 200
/** How many times a value is replaced by another: one may name the next. */
const MAX_STEPS = 8
/** Characters of a value that was put together. */
const MAX_LENGTH = 300

export const NO_VARIABLES: Variables = new Map()

/** Adds what `found` declares to what the elements around it have declared. */
export function extended(outer: Variables, found: Variables): Variables {
  if (found.size === 0) return outer
  const all = new Map(outer)
  for (const [name, value] of found) if (all.size < MAX_VARIABLES || all.has(name)) all.set(name, value)
  return all
}

const CALL = /var\(\s*(--[\w-]{1,80})\s*(?:,([^()]{0,200}))?\)/g

/** Puts the values in place of `var()`. A name without a value and without a substitute becomes nothing. */
export function resolved(value: string, variables: Variables): string {
  let text = value
  for (let step = 0; step < MAX_STEPS && text.includes('var('); step += 1) {
    const next = text.replace(CALL, (_call, name: string, instead = '') => variables.get(name) ?? instead)
    if (next === text) return text
    text = next.slice(0, MAX_LENGTH)
  }
  return text.trim()
}
