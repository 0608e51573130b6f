/** The visitors of the console in `bench/console.ts`: a process with less priority than mail. */
import { setPriority } from 'node:os'
import { flow } from './rate.ts'

/** What they are asked to do. */
export interface Visitors {
  readonly origin: string
  readonly cookie: string
  /** Requests a second. */
  readonly rate: number
  readonly seconds: number
  /** Below /api/v1, in turn. */
  readonly paths: readonly string[]
}

setPriority(10)
process.once('message', async ({ origin, cookie, rate, seconds, paths }: Visitors) => {
  let requests = 0
  const shown = await flow(rate, seconds, async due => {
    requests += 1
    const answer = await fetch(`${origin}/api/v1${paths[requests % paths.length]}`, { headers: { origin, cookie } })
    await answer.arrayBuffer()
    return answer.ok ? performance.now() - due : `status ${answer.status}`
  })
  process.send?.(shown, () => process.exit())
})
