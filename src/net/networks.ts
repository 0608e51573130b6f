/**
 * Tables of IP networks. Nested networks are cut into ranges that do not overlap, kept in sorted typed arrays and
 * found by halving: 17 steps for a hundred thousand networks, nothing allocated.
 */
import { mask, readAddress, type Width, written } from './address.ts'
import { finished, STEP, type Steps, sortedInSteps } from './steps.ts'
import { at } from './words.ts'

/** A network in canonical form: no bit is set beyond its prefix. */
export interface Network {
  /** 1 for IPv4, 4 for IPv6. */
  readonly width: 1 | 4
  readonly prefix: number
  /** The address in 32-bit words, most significant first; as many as `width` says. */
  readonly words: Uint32Array
}

/** Which network an address is in. */
export interface NetworkTable {
  /** How many different networks there are. */
  readonly size: number
  /**
   * The place, in the list that the table was made of, of the most specific network that holds `ip`; -1 if none does.
   */
  readonly find: (ip: string) => number
}

/** What is wrong with the text of a network. */
export interface Misread {
  readonly expected: string
  readonly remedy: string
}

const AN_ADDRESS = 'an IP address or network such as 192.0.2.0/24 or 2001:db8::/32'

/**
 * Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`. Bits beyond the prefix are refused rather than cut off: they show
 * a slip of the pen or a line that was cut short (`198.51.100.0/2`), which would deny a quarter of the Internet.
 */
export function readNetwork(text: string): Network | Misread {
  const words = new Uint32Array(4)
  const [address = '', length, ...more] = text.split('/', 3)
  const width = readAddress(address, words)
  if (width === 0 || more.length > 0) return { expected: AN_ADDRESS, remedy: 'correct or remove it' }
  const bits = 32 * width
  const mapped = width === 1 && address.includes(':') ? 96 : 0
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) - mapped : -1
  if (prefix < 0 || prefix > bits)
    return { expected: `a prefix length from ${mapped} to ${bits + mapped}`, remedy: 'correct the number after the /' }
  const kept = words.slice(0, width)
  mask(words, width, prefix)
  const whole: Network = { width, prefix, words: words.slice(0, width) }
  return kept.every((word, index) => word === whole.words[index])
    ? whole
    : {
        expected: `no bit beyond the prefix, as in ${writeNetwork(whole)}`,
        remedy: 'correct the address or the prefix',
      }
}

/** Wider than what a registry gives to anybody: an IPv4 /8, an IPv6 /12. */
export const isTooBroad = ({ width, prefix }: Network): boolean => prefix < (width === 1 ? 8 : 12)

export const TOO_BROAD: Misread = {
  expected: 'a network of at most /8 (IPv4) or /12 (IPv6)',
  remedy: 'this one holds much of the Internet: list the networks that are meant',
}

/** `192.0.2.0/24`; a single address stands alone. */
export const writeNetwork = ({ words, width, prefix }: Network): string =>
  prefix === 32 * width ? written(words, width) : `${written(words, width)}/${prefix}`

/** The more specific network wins; of equal ones, the one that is listed first. */
export const networkTable = (networks: readonly Network[]): NetworkTable => finished(networkTableInSteps(networks))

/** The same, in steps between which something else may happen. */
export function* networkTableInSteps(networks: readonly Network[]): Steps<NetworkTable> {
  const v4 = yield* ranges(networks, 1)
  const v6 = yield* ranges(networks, 4)
  const key = new Uint32Array(4)
  return {
    size: v4.size + v6.size,
    find: ip => {
      const width = readAddress(ip, key)
      return width === 0 ? -1 : search(width === 1 ? v4 : v6, key)
    },
  }
}

/**
 * Range n runs from the address `starts[n]` to just before the next one, and belongs to the network `owners[n]`, or to
 * none: -1.
 */
interface Ranges {
  readonly width: 1 | 4
  readonly starts: Uint32Array
  readonly owners: Int32Array
  readonly size: number
}

function* ranges(networks: readonly Network[], width: 1 | 4): Steps<Ranges> {
  const of = (index: number) => networks[index] as Network
  const own: number[] = []
  for (const [index, network] of networks.entries()) {
    if (index % STEP === STEP - 1) yield
    if (network.width === width) own.push(index)
  }
  const order = yield* sortedInSteps(
    own,
    (a, b) => compare(of(a).words, 0, of(b).words, width) || of(a).prefix - of(b).prefix || a - b,
  )

  const starts = new Uint32Array(2 * width * order.length)
  const owners = new Int32Array(2 * order.length)
  let count = 0
  const begin = (words: Uint32Array, owner: number) => {
    if (count === 0 || compare(starts, width * (count - 1), words, width) !== 0) count += 1
    starts.set(words, width * (count - 1))
    owners[count - 1] = owner
  }

  // Networks nest or are apart, so those that hold the present address form a stack.
  const open: { readonly owner: number; readonly end: Uint32Array | undefined }[] = []
  const close = () => {
    const { end } = open.pop() ?? {}
    if (end) begin(end, open.at(-1)?.owner ?? -1)
  }
  let size = 0
  let last = -1
  for (const [place, index] of order.entries()) {
    if (place % STEP === STEP - 1) yield
    const { words, prefix } = of(index)
    if (last >= 0 && of(last).prefix === prefix && compare(of(last).words, 0, words, width) === 0) continue
    for (let top = open.at(-1); top?.end && compare(top.end, 0, words, width) <= 0; top = open.at(-1)) close()
    begin(words, index)
    open.push({ owner: index, end: after(words, prefix) })
    last = index
    size += 1
  }
  while (open.length > 0) close()
  return { width, starts: starts.slice(0, width * count), owners: owners.slice(0, count), size }
}

/** The owner of the last range that begins at or before `key`. */
function search({ width, starts, owners }: Ranges, key: Uint32Array): number {
  let low = 0
  let high = owners.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(starts, width * middle, key, width) <= 0) low = middle + 1
    else high = middle
  }
  return low === 0 ? -1 : at(owners, low - 1)
}

function compare(a: Uint32Array, from: number, b: Uint32Array, width: Width): number {
  for (let index = 0; index < width; index += 1) {
    const difference = at(a, from + index) - at(b, index)
    if (difference !== 0) return difference
  }
  return 0
}

/** The first address after a network; undefined when it reaches the end of the address space. */
function after(words: Uint32Array, prefix: number): Uint32Array | undefined {
  const next = words.slice()
  let step = 2 ** (31 - ((prefix - 1) & 31))
  for (let index = (prefix - 1) >> 5; index >= 0; index -= 1) {
    const sum = at(next, index) + step
    next[index] = sum
    if (sum <= 0xffffffff) return next
    step = 1
  }
  return undefined
}
