/** Loads what is expensive when it is first needed, so that importing this package stays cheap. */
import type { MaybePromise } from './maybe-promise.ts'

/** @returns what `load` returns; it is called when that is first asked for, and once. */
export function lazy<T>(load: () => T): () => T {
  let loaded: { readonly value: T } | undefined
  return () => {
    loaded ??= { value: load() }
    return loaded.value
  }
}

/**
 * Loads a module when it is first needed. Later calls return the module itself, so that no later message waits. A load
 * that fails is tried again by the next call.
 */
export function lazyModule<T>(load: () => Promise<T>): () => MaybePromise<T> {
  let loaded: { readonly module: T } | undefined
  let loading: Promise<T> | undefined
  const begin = async (): Promise<T> => {
    try {
      const module = await load()
      loaded = { module }
      return module
    } finally {
      loading = undefined
    }
  }
  return () => {
    if (loaded) return loaded.module
    loading ??= begin()
    return loading
  }
}

/** Node's crypto takes a quarter of the time of the import. */
export const nodeCrypto = lazy(() => process.getBuiltinModule('node:crypto'))
