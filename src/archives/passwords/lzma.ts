/** Decodes LZMA as far as a directory of 7-Zip needs it (LZMA SDK, lzma-specification.txt). */

/** Bytes that are unpacked at most. */
const MAX_UNPACKED = 262_144
const [STATES, POSITION_STATES, HALF] = [12, 16, 1024]

/** Undefined where the data is damaged or longer than a directory. */
export function decodeLzma(packed: Buffer, properties: Buffer, size: number): Buffer | undefined {
  const parameters = properties[0] ?? 255
  if (parameters >= 9 * 5 * 5 || size > MAX_UNPACKED || packed[0] !== 0) return undefined
  return new LzmaDecoder(packed, parameters).decode(size)
}

class LzmaDecoder {
  readonly #packed: Buffer
  readonly #literalContextBits: number
  readonly #literalPositionBits: number
  readonly #positionMask: number
  #at = 5
  #range = 0xffffffff
  #code: number

  readonly #isMatch = probabilities(STATES * POSITION_STATES)
  readonly #isRep = probabilities(STATES)
  readonly #isRep0 = probabilities(STATES)
  readonly #isRep1 = probabilities(STATES)
  readonly #isRep2 = probabilities(STATES)
  readonly #isRep0Long = probabilities(STATES * POSITION_STATES)
  readonly #slots = [0, 1, 2, 3].map(() => probabilities(64))
  readonly #distances = probabilities(128)
  readonly #align = probabilities(16)
  readonly #lengths = lengthProbabilities()
  readonly #repLengths = lengthProbabilities()
  readonly #literals: Uint16Array

  constructor(packed: Buffer, parameters: number) {
    this.#packed = packed
    this.#literalContextBits = parameters % 9
    this.#literalPositionBits = Math.floor(parameters / 9) % 5
    this.#positionMask = (1 << Math.floor(parameters / 45)) - 1
    this.#literals = probabilities(0x300 << (this.#literalContextBits + this.#literalPositionBits))
    this.#code = packed.length >= 5 ? packed.readUInt32BE(1) : 0
  }

  decode(size: number): Buffer | undefined {
    const out = Buffer.alloc(size)
    let state = 0
    let reps: readonly [number, number, number, number] = [0, 0, 0, 0]
    for (let at = 0; at < size; ) {
      if (this.#at > this.#packed.length + 5) return undefined
      const position = at & this.#positionMask
      const slot = state * POSITION_STATES + position
      if (this.#bit(this.#isMatch, slot) === 0) {
        out[at] = this.#literal(out, at, state, reps[0])
        at++
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6
        continue
      }
      let length = 1
      if (this.#bit(this.#isRep, state) === 0) {
        length = this.#length(this.#lengths, position)
        reps = [this.#distance(length), reps[0], reps[1], reps[2]]
        state = state < 7 ? 7 : 10
      } else if (this.#bit(this.#isRep0, state) === 0) {
        if (this.#bit(this.#isRep0Long, slot) === 1) length = this.#length(this.#repLengths, position)
        state = state < 7 ? (length === 1 ? 9 : 8) : 11
      } else {
        reps = this.#older(reps, state)
        length = this.#length(this.#repLengths, position)
        state = state < 7 ? 8 : 11
      }
      const from = at - reps[0] - 1
      if (from < 0) return undefined
      for (let index = 0; index < length && at < size; index++) out[at++] = out[from + index] as number
    }
    return out
  }

  #older([a, b, c, d]: readonly [number, number, number, number], state: number) {
    if (this.#bit(this.#isRep1, state) === 0) return [b, a, c, d] as const
    return this.#bit(this.#isRep2, state) === 0 ? ([c, a, b, d] as const) : ([d, a, b, c] as const)
  }

  #literal(out: Buffer, at: number, state: number, distance: number): number {
    const before = out[at - 1] ?? 0
    const low = (at & ((1 << this.#literalPositionBits) - 1)) << this.#literalContextBits
    const base = 0x300 * (low + (before >> (8 - this.#literalContextBits)))
    let symbol = 1
    if (state >= 7) {
      let matched = out[at - distance - 1] ?? 0
      while (symbol < 0x100) {
        const expected = (matched >> 7) & 1
        matched <<= 1
        const bit = this.#bit(this.#literals, base + ((1 + expected) << 8) + symbol)
        symbol = (symbol << 1) | bit
        if (bit !== expected) break
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(this.#literals, base + symbol)
    return symbol & 0xff
  }

  #length({ choice, low, middle, high }: LengthProbabilities, position: number): number {
    if (this.#bit(choice, 0) === 0) return 2 + this.#tree(low, position * 8, 3)
    if (this.#bit(choice, 1) === 0) return 10 + this.#tree(middle, position * 8, 3)
    return 18 + this.#tree(high, 0, 8)
  }

  #distance(length: number): number {
    const slot = this.#tree(this.#slots[Math.min(length - 2, 3)] as Uint16Array, 0, 6)
    if (slot < 4) return slot
    const bits = (slot >> 1) - 1
    const base = (2 | (slot & 1)) * 2 ** bits
    if (slot < 14) return base + this.#reverseTree(this.#distances, base - slot, bits)
    return base + this.#direct(bits - 4) * 16 + this.#reverseTree(this.#align, 0, 4)
  }

  #tree(table: Uint16Array, base: number, bits: number): number {
    let symbol = 1
    for (let index = 0; index < bits; index++) symbol = (symbol << 1) | this.#bit(table, base + symbol)
    return symbol - (1 << bits)
  }

  #reverseTree(table: Uint16Array, base: number, bits: number): number {
    let node = 1
    let symbol = 0
    for (let index = 0; index < bits; index++) {
      const bit = this.#bit(table, base + node)
      node = (node << 1) | bit
      symbol |= bit << index
    }
    return symbol
  }

  #bit(table: Uint16Array, index: number): 0 | 1 {
    const probability = table[index] as number
    const bound = (this.#range >>> 11) * probability
    let bit: 0 | 1 = 0
    if (this.#code < bound) {
      this.#range = bound
      table[index] = probability + ((2048 - probability) >> 5)
    } else {
      this.#range -= bound
      this.#code -= bound
      table[index] = probability - (probability >> 5)
      bit = 1
    }
    this.#normalize()
    return bit
  }

  #direct(bits: number): number {
    let value = 0
    for (let index = 0; index < bits; index++) {
      this.#range = this.#range >>> 1
      const bit = this.#code >= this.#range ? 1 : 0
      if (bit === 1) this.#code -= this.#range
      value = value * 2 + bit
      this.#normalize()
    }
    return value
  }

  #normalize(): void {
    if (this.#range >= 0x1000000) return
    this.#range = (this.#range << 8) >>> 0
    this.#code = ((this.#code << 8) | (this.#packed[this.#at++] ?? 0)) >>> 0
  }
}

interface LengthProbabilities {
  readonly choice: Uint16Array
  readonly low: Uint16Array
  readonly middle: Uint16Array
  readonly high: Uint16Array
}

const probabilities = (count: number): Uint16Array => new Uint16Array(count).fill(HALF)

const lengthProbabilities = (): LengthProbabilities => ({
  choice: probabilities(2),
  low: probabilities(8 * POSITION_STATES),
  middle: probabilities(8 * POSITION_STATES),
  high: probabilities(256),
})
