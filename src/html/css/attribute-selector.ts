/** Attribute selectors: `[title]`, `[class~=x]`, `[id^="x" i]`. */

/** Whether the attributes of an element fit. */
export type AttributeTest = (attributes: ReadonlyMap<string, string>) => boolean

const WRITTEN = /^\s*([\w:-]{1,80})\s*(?:([~|^$*]?=)\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))\s*([is]?)\s*)?$/i

/** @param written what stands between the brackets. Undefined where it cannot be read. */
export function attributeTest(written: string): AttributeTest | undefined {
  const [whole, name = '', operator, double, single, bare, flag] = WRITTEN.exec(written) ?? []
  if (whole === undefined) return undefined
  const key = name.toLowerCase()
  if (operator === undefined) return attributes => attributes.has(key)
  const inAnyCase = flag?.toLowerCase() === 'i'
  const fold = (text: string): string => (inAnyCase ? text.toLowerCase() : text)
  const expected = fold(double ?? single ?? bare ?? '')
  const compare = COMPARISONS[operator]
  return attributes => {
    const value = attributes.get(key)
    return value !== undefined && compare !== undefined && compare(fold(value), expected)
  }
}

const COMPARISONS: Readonly<Record<string, (value: string, expected: string) => boolean>> = {
  '=': (value, expected) => value === expected,
  '~=': (value, expected) => expected !== '' && value.split(/\s+/).includes(expected),
  '|=': (value, expected) => value === expected || value.startsWith(`${expected}-`),
  '^=': (value, expected) => expected !== '' && value.startsWith(expected),
  '$=': (value, expected) => expected !== '' && value.endsWith(expected),
  '*=': (value, expected) => expected !== '' && value.includes(expected),
}
