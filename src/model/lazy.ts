/** Loads what is expensive when it is first needed, so that importing this package stays cheap. */

/** @returns what `load` returns; it is called when that is first asked for, and once. */
export function lazy<T>(load: () => T): () => T {
  let loaded: { readonly value: T } | undefined
  return () => {
    loaded ??= { value: load() }
    return loaded.value
  }
}

/** Node's crypto takes a quarter of the time of the import. */
export const nodeCrypto = lazy(() => process.getBuiltinModule('node:crypto'))
