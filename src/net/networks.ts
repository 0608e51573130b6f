/**
 * Tables of IP networks. Nested networks are cut into ranges that do not overlap and are kept in sorted typed arrays. A
 * binary search takes 17 steps for a hundred thousand networks and allocates nothing.
 */
import { formatAddress, mask, readAddress, type Width } from './address.ts'
import { word } from './scan.ts'
import { runSteps, STEP, type Steps, sortedInSteps } from './steps.ts'

/** A network in canonical form: no bit beyond its prefix is set. */
export interface Network {
  /** 1 for IPv4, 4 for IPv6: how many 32-bit words the address has. */
  readonly width: 1 | 4
  /** The prefix length in bits. */
  readonly prefix: number
  /** The address in 32-bit words, most significant first; as many as `width` says. */
  readonly words: Uint32Array
}

/** Finds the network that an address is in. */
export interface NetworkTable {
  /** How many different networks there are. */
  readonly size: number
  /**
   * The index, in the list that the table was made of, of the most specific network that holds `ip`; -1 if none does.
   */
  readonly find: (ip: string) => number
}

/** What is wrong with the text of a network, a name or an address. */
export interface TextProblem {
  readonly expected: string
  readonly remedy: string
}

const AN_ADDRESS = 'an IP address or network such as 192.0.2.0/24 or 2001:db8::/32'

/**
 * Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`. Bits beyond the prefix are refused rather than cut off: they
 * show a typing error or a truncated line (`198.51.100.0/2`), which would deny a quarter of the Internet.
 */
export function readNetwork(text: string): Network | TextProblem {
  const words = new Uint32Array(4)
  const [address = '', length, ...more] = text.split('/', 3)
  const width = readAddress(address, words)
  if (width === 0 || more.length > 0) return { expected: AN_ADDRESS, remedy: 'correct or remove it' }
  const bits = 32 * width
  const mapped = width === 1 && address.includes(':') ? 96 : 0
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) - mapped : -1
  if (prefix < 0 || prefix > bits)
    return { expected: `a prefix length from ${mapped} to ${bits + mapped}`, remedy: 'correct the number after the /' }
  const asWritten = words.slice(0, width)
  mask(words, width, prefix)
  const whole: Network = { width, prefix, words: words.slice(0, width) }
  return asWritten.every((word, index) => word === whole.words[index])
    ? whole
    : {
        expected: `no bit beyond the prefix, as in ${writeNetwork(whole)}`,
        remedy: 'correct the address or the prefix',
      }
}

/** Wider than any network that a registry assigns: an IPv4 /8, an IPv6 /12. */
export const isTooBroad = ({ width, prefix }: Network): boolean => prefix < (width === 1 ? 8 : 12)

export const TOO_BROAD: TextProblem = {
  expected: 'a network of at most /8 (IPv4) or /12 (IPv6)',
  remedy: 'this network holds much of the Internet: list the networks that are meant',
}

/** `192.0.2.0/24`; a single address is written without a prefix length. */
export const writeNetwork = ({ words, width, prefix }: Network): string =>
  prefix === 32 * width ? formatAddress(words, width) : `${formatAddress(words, width)}/${prefix}`

/** The more specific network wins; of equal networks, the first in the list. */
export const networkTable = (networks: readonly Network[]): NetworkTable => runSteps(networkTableInSteps(networks))

/** The same as {@link networkTable}, in steps between which the event loop can run. */
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
 * Range n runs from the address `starts[n]` to just before the next start. It belongs to network `owners[n]`; -1 is
 * none.
 */
interface Ranges {
  readonly width: 1 | 4
  readonly starts: Uint32Array
  readonly owners: Int32Array
  readonly size: number
}

function* ranges(networks: readonly Network[], width: 1 | 4): Steps<Ranges> {
  const of = (index: number) => networks[index] as Network
  const ofWidth: number[] = []
  for (const [index, network] of networks.entries()) {
    if (index % STEP === STEP - 1) yield
    if (network.width === width) ofWidth.push(index)
  }
  const order = yield* sortedInSteps(
    ofWidth,
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

  // Networks nest or are disjoint, so those that hold the current address form a stack.
  const open: { readonly owner: number; readonly end: Uint32Array | undefined }[] = []
  const close = () => {
    const { end } = open.pop() ?? {}
    if (end) begin(end, open.at(-1)?.owner ?? -1)
  }
  let size = 0
  let last = -1
  for (const [position, index] of order.entries()) {
    if (position % STEP === STEP - 1) yield
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
  return low === 0 ? -1 : word(owners, low - 1)
}

function compare(a: Uint32Array, from: number, b: Uint32Array, width: Width): number {
  for (let index = 0; index < width; index += 1) {
    const difference = word(a, from + index) - word(b, index)
    if (difference !== 0) return difference
  }
  return 0
}

/** The first address after a network; undefined when it reaches the end of the address space. */
function after(words: Uint32Array, prefix: number): Uint32Array | undefined {
  const next = words.slice()
  let step = 2 ** (31 - ((prefix - 1) & 31))
  for (let index = (prefix - 1) >> 5; index >= 0; index -= 1) {
    const sum = word(next, index) + step
    next[index] = sum
    if (sum <= 0xffffffff) return next
    step = 1
  }
  return undefined
}
