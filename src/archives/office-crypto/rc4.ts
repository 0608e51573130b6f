/** RC4, which old Office files are encrypted with. OpenSSL has it in its legacy provider alone. */

/** The bytes that RC4 with this key adds to a text by exclusive or. */
export class Rc4 {
  readonly #state = Uint8Array.from({ length: 256 }, (_, index) => index)
  #i = 0
  #j = 0

  constructor(key: Buffer) {
    const state = this.#state
    for (let i = 0, j = 0; i < 256; i += 1) {
      j = (j + (state[i] ?? 0) + (key[i % key.length] ?? 0)) & 255
      ;[state[i], state[j]] = [state[j] ?? 0, state[i] ?? 0]
    }
  }

  next(): number {
    const state = this.#state
    this.#i = (this.#i + 1) & 255
    const a = state[this.#i] ?? 0
    this.#j = (this.#j + a) & 255
    const b = state[this.#j] ?? 0
    state[this.#i] = b
    state[this.#j] = a
    return state[(a + b) & 255] ?? 0
  }

  decrypt(bytes: Buffer): Buffer {
    return Buffer.from(bytes.map(byte => byte ^ this.next()))
  }
}
