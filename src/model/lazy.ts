/** What is dear to load and not needed at once, so that to import this package stays light. */

/** @returns what `load` returns; it is called when that is first asked for, and once. */
export function lazy<T>(load: () => T): () => T {
  let loaded: { readonly value: T } | undefined
  return () => {
    loaded ??= { value: load() }
    return loaded.value
  }
}

/** A quarter of the import. */
export const nodeCrypto = lazy(() => process.getBuiltinModule('node:crypto'))
