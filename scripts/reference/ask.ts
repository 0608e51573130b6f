/** Asks a factory what it expects of each option: a value that is never right makes it say so. */
import { PosternError, type Problem } from '../../src/model/errors.ts'

/** A factory that checks its options. */
export type Factory = (options: never) => unknown

/** What is expected of each key, as the error of the factory words it. */
export function expectations(make: Factory, keys: readonly string[], wrap: Wrap = plain): ReadonlyMap<string, string> {
  const wrong = Object.fromEntries(keys.map(key => [key, Symbol('a value that is never right')]))
  const found = new Map<string, string>()
  for (const { path, expected } of problemsOf(() => make(wrap(wrong) as never))) {
    const key = /(\w+)$/.exec(path)?.[1] ?? ''
    if (keys.includes(key) && !found.has(key)) found.set(key, expected)
  }
  return found
}

/** The keys that a factory knows, as the error about an unknown key lists them. */
export function keysOf(make: Factory): readonly string[] {
  const unknown = problemsOf(() => make({ 'no such option': true } as never))
  const list = unknown.map(({ expected }) => /^one of ([\w, ]+)$/.exec(expected)?.[1]).find(Boolean)
  return list?.split(', ') ?? []
}

/** How the options of an inner object stand in the options of the factory. */
export type Wrap = (inner: Readonly<Record<string, unknown>>) => unknown

const plain: Wrap = inner => inner

function problemsOf(call: () => unknown): readonly Problem[] {
  try {
    call()
    return []
  } catch (error) {
    if (error instanceof PosternError) return error.problems
    throw error
  }
}
