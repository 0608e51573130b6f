/** Writes a line for each module that the main thread loads, and one at SIGUSR2. For `node --import`. */
import { writeSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  registerHooks({
    load: (url, context, next) => {
      writeSync(2, `loads ${url}\n`)
      return next(url, context)
    },
  })
  process.on('SIGUSR2', () => writeSync(2, 'loads no more\n'))
}
