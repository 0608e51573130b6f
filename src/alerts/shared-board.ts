/** The board in the store that all nodes share; while the store is down, each node has a separate board. */
import { errorText } from '../model/errors.ts'
import type { Clock, Notify } from '../model/services.ts'
import type { Store } from '../model/store.ts'
import { type Board, EMPTY, join } from './board.ts'

const KEY = 'alerts:board'
/** A change begins it anew; a board without changes for so long has nothing to say. */
const TTL_MS = 30 * 86_400_000
const MAX_LENGTH = 2_000_000
/** Two nodes that change it at once: one of them tries again. */
const MAX_TRIES = 5
/** After the store was down the other nodes have this time to say what they see. */
const RETURN_MS = 3 * 60_000

export interface SharedBoardParts {
  readonly node: string
  /** Rejects while it is down. */
  readonly store: Store
  readonly clock: Pick<Clock, 'monotonic'>
  readonly notify: Notify
}

export class SharedBoard {
  readonly #parts: SharedBoardParts
  #last: Board = EMPTY
  #isOffline = false
  #onlineSince: number

  constructor(parts: SharedBoardParts) {
    this.#parts = parts
    this.#onlineSince = parts.clock.monotonic()
  }

  /** The board as it was read or written last. */
  get last(): Board {
    return this.#last
  }

  /** What other nodes say cannot be known now, or not yet. */
  get isAlone(): boolean {
    return this.#isOffline || this.#parts.clock.monotonic() - this.#onlineSince < RETURN_MS
  }

  /**
   * Changes the board, of all nodes or, while the store is down, of this node.
   *
   * @param next is called once for each try, and changes nothing itself
   * @returns whether it was changed: not where other nodes changed it at the same time, again and again
   */
  async change(next: (board: Board) => Board): Promise<boolean> {
    let changed: Board | undefined
    try {
      changed = await this.#changeShared(next)
    } catch {
      this.#isOffline = true
      changed = next(this.#last)
    }
    this.#last = changed ?? this.#last
    return changed !== undefined
  }

  async #changeShared(next: (board: Board) => Board): Promise<Board | undefined> {
    const { store, clock, node } = this.#parts
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const [entry] = await store.run([{ op: 'get', key: KEY }])
      const found = this.#read(entry?.value)
      const board = next(this.#isOffline ? join(found, this.#last, node) : found)
      const value = JSON.stringify(board)
      const isWritten =
        value === entry?.value ||
        (await store.run([{ op: 'compareAndSet', key: KEY, expected: entry?.value, value, ttl: TTL_MS }]))[0]
      if (!isWritten) continue
      if (this.#isOffline) this.#onlineSince = clock.monotonic()
      this.#isOffline = false
      return board
    }
    return undefined
  }

  /** A board that cannot be read is replaced: alerts that last begin anew. */
  #read(text: string | undefined): Board {
    if (text === undefined) return EMPTY
    try {
      if (text.length > MAX_LENGTH) throw new Error(`it has ${text.length} characters`)
      return boardOf(JSON.parse(text))
    } catch (error) {
      const reason = `the board of alerts in the store is replaced, since it cannot be read: ${errorText(error)}`
      this.#parts.notify({ code: 'alerts/board', reason, level: 'warning' })
      return EMPTY
    }
  }
}

/** Reads the board of all nodes, for the status page. Rejects while the store is down. */
export async function readBoard(store: Store): Promise<Board> {
  const [entry] = await store.run([{ op: 'get', key: KEY }])
  return entry === undefined ? EMPTY : boardOf(JSON.parse(entry.value))
}

function boardOf(found: unknown): Board {
  const board = found as Partial<Board> | null
  if (board?.version !== EMPTY.version) throw new Error(`it has version ${board?.version}`)
  const lists = [board.entries, board.mails, board.held, board.outgoing]
  if (!lists.every(Array.isArray)) throw new Error('a list is missing')
  return { ...EMPTY, ...board }
}
