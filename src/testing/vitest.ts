/** `postern/testing/vitest`: registers the matchers with vitest, and types them. */
import { expect } from 'vitest'
import { type FindingMatchers, matchers } from './matchers.ts'

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void>, T> extends FindingMatchers<R> {}
}

expect.extend(matchers)
