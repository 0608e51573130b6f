/** Stores: what is counted and remembered between sessions. Those of Redis and SQLite have their own entry points. */

export type {
  Add,
  Answers,
  AnswerTo,
  CompareAndSet,
  Counter,
  DecayingAdd,
  Delete,
  Entry,
  Get,
  Increment,
  Operation,
  Set,
  Store,
} from '../model/store.ts'
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './memory.ts'
export { type FallbackOptions, type FallbackStore, withFallback } from './with-fallback.ts'
