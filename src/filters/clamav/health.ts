/** Stops asking a scanner that fails, and finds out cheaply when it works again. */
import type { Clock } from '../../model/services.ts'
import { Circuit } from '../../store/circuit.ts'

export interface ScannerHealthOptions {
  /** Failures in a row after which the scanner is not asked. */
  readonly failures: number
  /** Milliseconds between two tries while it is not asked. */
  readonly retry: number
  /** Whether the scanner answers. Must settle soon, and never reject. Without it one scan in each `retry` finds out. */
  readonly probe?: (clock: Clock) => Promise<boolean>
}

export class ScannerHealth {
  readonly #circuit: Circuit
  readonly #probe: ScannerHealthOptions['probe']
  #probing: Promise<boolean> | undefined
  #wasProbed = true

  constructor({ failures, retry, probe }: ScannerHealthOptions) {
    this.#circuit = new Circuit({ failures, retry })
    this.#probe = probe
  }

  /**
   * Whether the scanner may be asked now. While it is down, the first caller has it probed and the others wait for that
   * answer.
   */
  async isReady(clock: Clock): Promise<boolean> {
    if (!this.#circuit.isOpen) return true
    if (this.#probing) return await this.#probing
    const now = clock.monotonic()
    if (this.#probe === undefined) return this.#circuit.tryNow(now)
    // The first probe is made at once: messages on which a healthy scanner fails must not stop honest mail.
    if (this.#wasProbed && !this.#circuit.tryNow(now)) return false
    this.#wasProbed = true
    this.#probing = this.#find(clock, this.#probe)
    return await this.#probing
  }

  /** Records what became of a scan. */
  report(clock: Clock, isGood: boolean): void {
    const now = clock.monotonic()
    if (isGood) this.#circuit.succeeded(now)
    else if (this.#circuit.failed(now)) this.#wasProbed = false
  }

  async #find(clock: Clock, probe: NonNullable<ScannerHealthOptions['probe']>): Promise<boolean> {
    const isGood = await probe(clock)
    this.#probing = undefined
    if (isGood) this.#circuit.succeeded(clock.monotonic())
    else this.#circuit.tried(clock.monotonic())
    return isGood
  }
}
