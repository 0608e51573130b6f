/** Whether the driver is installed: asked at the start, so that a configuration does not wait for it for ever. */
import { createRequire } from 'node:module'
import { PosternError } from '../model/errors.ts'

/**
 * Loads nothing: the driver belongs into a thread.
 *
 * @param path the option that wants a database
 * @throws PosternError where npm has not installed the driver
 */
export function needDriver(path: string, isInstalled = hasPackage): void {
  if (isInstalled('postgres')) return
  const expected = 'the package postgres, which postern does not install by itself'
  throw new PosternError([{ path, found: 'no such package', expected, remedy: 'npm install postgres' }])
}

function hasPackage(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name)
    return true
  } catch {
    return false
  }
}
