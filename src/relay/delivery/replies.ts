/** Reads the replies of a server (RFC 5321 §4.2), bounded in bytes and in time. */
import type { Socket } from 'node:net'

export interface HopReply {
  readonly code: number
  /** The text of each line, without the code. */
  readonly lines: readonly string[]
}

export interface Replies {
  /** Waits for the next reply, at most so many milliseconds; rejects when there will be none. */
  readonly next: (ms: number) => Promise<HopReply>
  /** Lets go of the socket. @returns whether nothing had come that nobody waited for */
  readonly release: () => boolean
}

// RFC 5321 §4.5.3.1.5 allows 512 bytes a line; a reply of 64 KB is no reply.
const MAX_LENGTH = 64 * 1024

export function replies(socket: Socket): Replies {
  const ready: HopReply[] = []
  let [rest, octets]: [string, number] = ['', 0]
  let lines: string[] = []
  let broken: Error | undefined
  let wake: (() => void) | undefined

  const stop = (error: Error) => {
    broken ??= error
    wake?.()
  }
  const read = (bytes: Buffer) => {
    octets += bytes.length
    const whole = (rest + bytes.toString('latin1')).split('\n')
    rest = whole.pop() ?? ''
    for (const line of whole) {
      const [, code, mark, text = ''] = /^([2-5]\d\d)([ -]?)([^\r]*)\r?$/.exec(line) ?? []
      if (code === undefined) return stop(new Error('what was said is no reply'))
      lines.push(text)
      if (mark === '-') continue
      ready.push({ code: Number(code), lines })
      lines = []
      octets = rest.length
    }
    // Whoever talks on although nobody asks has no end, either.
    if (octets > MAX_LENGTH || ready.length > MAX) stop(new Error('the reply has no end'))
    wake?.()
  }
  const close = () => stop(new Error('the connection was closed'))
  socket.on('data', read)
  socket.on('error', stop)
  socket.on('close', close)
  socket.on('end', close)

  return {
    next: async ms => {
      const timer = setTimeout(() => socket.destroy(new Error('no reply in time')), ms)
      try {
        while (ready.length === 0 && broken === undefined)
          await new Promise<void>(resolve => {
            wake = resolve
          })
        const reply = ready.shift()
        if (reply === undefined) throw broken
        return reply
      } finally {
        clearTimeout(timer)
      }
    },
    release: () => {
      socket.off('data', read)
      socket.off('close', close)
      socket.off('end', close)
      return broken === undefined && ready.length === 0 && rest === '' && lines.length === 0
    },
  }
}

const MAX = 1_000
