/** Reads the replies of a server (RFC 5321 §4.2), bounded in bytes, lines and time. */
import type { Socket } from 'node:net'

export interface HopReply {
  readonly code: number
  /** The text of each line, without the code. */
  readonly lines: readonly string[]
}

/** RFC 5321 §4.5.3.1.5 allows 512 bytes a line. A longer reply is not a reply. */
const MAX_LENGTH = 64 * 1024
const MAX_LINES = 500
/** Replies that nothing has asked for yet; a pipelined group has fewer. */
const MAX_READY = 1_000
const LINE = /^([2-5]\d\d)([ -]?)([^\r]*)\r?$/

export class ReplyReader {
  readonly #socket: Socket
  readonly #ready: HopReply[] = []
  #rest = ''
  #length = 0
  #lines: string[] = []
  #failure: Error | undefined
  #wake: (() => void) | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', this.#read)
    socket.on('error', this.#stop)
    socket.on('close', this.#close)
    socket.on('end', this.#close)
  }

  /** Waits for the next reply, at most so many milliseconds in all, however slowly it arrives. Rejects without one. */
  async next(ms: number): Promise<HopReply> {
    const timer = setTimeout(() => this.#socket.destroy(new Error(`no reply within ${Math.round(ms)} ms`)), ms)
    try {
      while (this.#ready.length === 0 && this.#failure === undefined)
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
      const reply = this.#ready.shift()
      if (reply === undefined) throw this.#failure
      return reply
    } finally {
      clearTimeout(timer)
    }
  }

  /** Nothing has arrived that was not asked for, and the connection is open. */
  get isQuiet(): boolean {
    return this.#failure === undefined && this.#ready.length === 0 && this.#rest === '' && this.#lines.length === 0
  }

  /** Stops reading, before TLS begins. @returns whether nothing had arrived that was not asked for */
  release(): boolean {
    this.#socket.off('data', this.#read)
    this.#socket.off('close', this.#close)
    this.#socket.off('end', this.#close)
    return this.isQuiet
  }

  readonly #stop = (error: Error): void => {
    this.#failure ??= error
    this.#wake?.()
  }

  readonly #close = (): void => this.#stop(new Error('the connection was closed'))

  readonly #read = (bytes: Buffer): void => {
    if (this.#failure !== undefined) return
    const defect = this.#add(bytes.toString('latin1'))
    if (defect !== undefined) {
      this.#stop(new Error(`the host sent ${defect}`))
      this.#socket.destroy()
    } else this.#wake?.()
  }

  /** @returns what is wrong with it */
  #add(text: string): string | undefined {
    this.#length += text.length
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      const [, code, mark, words = ''] = LINE.exec(line) ?? []
      if (code === undefined) return 'a line that is not a reply'
      this.#lines.push(words)
      if (this.#lines.length > MAX_LINES) return `a reply of more than ${MAX_LINES} lines`
      if (mark === '-') continue
      this.#ready.push({ code: Number(code), lines: this.#lines })
      this.#lines = []
      this.#length = this.#rest.length
    }
    if (this.#length > MAX_LENGTH) return `a reply of more than ${MAX_LENGTH} bytes`
    return this.#ready.length > MAX_READY ? 'replies that no command has asked for' : undefined
  }
}
