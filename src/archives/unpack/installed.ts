/** Whether the optional package 7z-wasm is installed. */
import { createRequire } from 'node:module'
import { lazy } from '../../model/lazy.ts'

/** It is looked for once, and nothing of it is loaded. */
export const isInstalled = lazy((): boolean => {
  try {
    createRequire(import.meta.url).resolve('7z-wasm/7zz.wasm')
    return true
  } catch {
    return false
  }
})
