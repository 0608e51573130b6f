/** Reads the parts of one message after another in a thread of its own, so that what spins can be ended. */
import { PassThrough } from 'node:stream'
import { parentPort } from 'node:worker_threads'
import { type PartLimits, type PartList, readParts } from './parts.ts'

/** What goes into the thread: one message at a time. */
export type Request =
  | { readonly kind: 'begin'; readonly job: number; readonly limits: PartLimits }
  | { readonly kind: 'chunk'; readonly job: number; readonly octets: Uint8Array }
  | { readonly kind: 'end'; readonly job: number }

/** What comes out of it. */
export type Response =
  /** One chunk was taken: back-pressure. */
  | { readonly kind: 'taken'; readonly job: number }
  | { readonly kind: 'done'; readonly job: number; readonly list: PartList }
  | { readonly kind: 'failed'; readonly job: number; readonly reason: string }

const port = parentPort
let current = 0
let input = new PassThrough()

const say = (response: Response): void => port?.postMessage(response)

port?.on('message', (request: Request) => {
  const { kind, job } = request
  if (kind === 'begin') {
    current = job
    input = new PassThrough()
    readParts(input, request.limits).then(
      list => say({ kind: 'done', job, list }),
      (error: unknown) => say({ kind: 'failed', job, reason: error instanceof Error ? error.message : String(error) }),
    )
  } else if (job !== current || input.destroyed) say({ kind: 'taken', job })
  else if (kind === 'end') input.end()
  else input.write(request.octets, () => say({ kind: 'taken', job }))
})
