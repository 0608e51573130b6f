/** Reads the replies of a server (RFC 5321 §4.2), bounded in octets and in time. */
import type { Socket } from 'node:net'

export interface HopReply {
  readonly code: number
  /** The text of each line, without the code. */
  readonly lines: readonly string[]
}

// RFC 5321 §4.5.3.1.5 allows 512 octets a line; a reply of 64 KB is no reply.
const LONGEST = 64 * 1024

/** @returns waits for the next reply, at most so many milliseconds; rejects when there will be none */
export function replies(socket: Socket): (ms: number) => Promise<HopReply> {
  const read = parse(socket)
  return async ms => {
    const timer = setTimeout(() => socket.destroy(new Error('no reply in time')), ms)
    try {
      const { value, done } = await read.next()
      if (done) throw new Error('the connection was closed')
      return value
    } finally {
      clearTimeout(timer)
    }
  }
}

async function* parse(socket: Socket): AsyncGenerator<HopReply, undefined> {
  let [rest, lines]: [string, string[]] = ['', []]
  let octets = 0
  for await (const bytes of socket as AsyncIterable<Buffer>) {
    octets += bytes.length
    rest += bytes.toString('latin1')
    const whole = rest.split('\n')
    rest = whole.pop() ?? ''
    for (const line of whole) {
      const [, code, mark, text = ''] = /^([2-5]\d\d)([ -]?)([^\r]*)\r?$/.exec(line) ?? []
      if (code === undefined) throw new Error('what was said is no reply')
      lines.push(text)
      if (mark === '-') continue
      yield { code: Number(code), lines }
      lines = []
      octets = rest.length
    }
    if (octets > LONGEST) throw new Error('the reply has no end')
  }
  return undefined
}
