/**
 * Recipients in a file, one a line. It is read again when it changes; a file that cannot be read leaves the last one.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { errorText } from '../../../model/errors.ts'
import type { Clock, Notify } from '../../../model/services.ts'
import { AddressSet } from './entries.ts'
import { type AddressQuestion, fromBoolean, type RecipientAnswer, type RecipientSource } from './source.ts'

const LOOK_EVERY_MS = 5_000
const SLICE_BYTES = 64 * 1024
const MAX_BYTES = 256 * 1024 * 1024
const MAX_LINE_LENGTH = 1_024

interface Version {
  readonly mtimeMs: number
  readonly size: number
  readonly ino: number
}

interface FileContent {
  readonly known: AddressSet
  /** The first lines that are no addresses. */
  readonly wrong: readonly string[]
  /** A line says `# empty`. */
  readonly isEmptyOnPurpose: boolean
}

export class RecipientFile implements RecipientSource {
  readonly name = 'file'
  readonly #path: string
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #notify: Notify
  #known: AddressSet | undefined
  #version: Version | undefined
  #lookedAt = Number.NEGATIVE_INFINITY
  #looking: Promise<void> | undefined
  #complaint = ''

  constructor(path: string, clock: Pick<Clock, 'monotonic'>, notify: Notify) {
    this.#path = path
    this.#clock = clock
    this.#notify = notify
  }

  async check({ address }: AddressQuestion): Promise<RecipientAnswer> {
    if (this.#clock.monotonic() - this.#lookedAt >= LOOK_EVERY_MS) {
      this.#lookedAt = this.#clock.monotonic()
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined
      })
    }
    // While a changed file is read, the last one still answers.
    if (this.#known === undefined) await this.#looking
    if (this.#known !== undefined) return fromBoolean(this.#known.has(address))
    return { result: 'unavailable', reason: this.#complaint, isAccepted: false }
  }

  close(): void {
    this.#known = undefined
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    try {
      const before = await this.#stat()
      if (this.#version !== undefined && isSame(before, this.#version)) return
      const { known, wrong, isEmptyOnPurpose } = await this.#read()
      // A file that is written just now is read at the next look.
      if (!isSame(before, await this.#stat())) return
      // An empty file is more often a failed export than the wish to refuse all mail.
      if (known.size === 0 && !isEmptyOnPurpose)
        throw new Error('it contains no address; a file that is empty on purpose says so in a line # empty')
      this.#known = known
      this.#version = before
      if (wrong.length > 0) this.#complain(`lines that are no addresses are ignored: ${wrong.join(', ')}`)
      else this.#complaint = ''
    } catch (error) {
      const kept = this.#known === undefined ? 'recipients are deferred' : 'the last version is still in use'
      this.#complain(`${errorText(error)}; ${kept}`)
    }
  }

  async #stat(): Promise<Version> {
    const { mtimeMs, size, ino } = await stat(this.#path)
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes; the maximum is ${MAX_BYTES}`)
    return { mtimeMs, size, ino }
  }

  /** In slices, so that other work goes on. */
  async #read(): Promise<FileContent> {
    const known = new AddressSet()
    const wrong: string[] = []
    let isEmptyOnPurpose = false
    const add = (line: string) => {
      if (line.trim() === '# empty') isEmptyOnPurpose = true
      const [entry = ''] = line.trim().split(/[\s#]/, 1)
      if (entry !== '' && !known.add(entry) && wrong.length < 3) wrong.push(JSON.stringify(entry.slice(0, 80)))
    }
    let rest = ''
    const slices = createReadStream(this.#path, { encoding: 'utf8', highWaterMark: SLICE_BYTES, end: MAX_BYTES })
    for await (const slice of slices as AsyncIterable<string>) {
      const lines = (rest + slice).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > MAX_LINE_LENGTH) throw new Error(`a line has more than ${MAX_LINE_LENGTH} characters`)
      for (const line of lines) add(line)
    }
    add(rest)
    return { known, wrong, isEmptyOnPurpose }
  }

  #complain(found: string): void {
    const complaint = `the file of recipients ${this.#path}: ${found}`
    if (complaint === this.#complaint) return
    this.#complaint = complaint
    this.#notify({ code: 'recipients/file', reason: complaint, level: 'warning' })
  }
}

const isSame = (one: Version, other: Version): boolean =>
  one.mtimeMs === other.mtimeMs && one.size === other.size && one.ino === other.ino
