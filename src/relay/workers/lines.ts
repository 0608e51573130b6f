/** Bytes in, whole lines out. */

/** A reader of a stream that hands on what ends in a line feed, and keeps the rest until it does. */
export function lines(hand: (lines: string) => void): (octets: Buffer) => void {
  let rest: Buffer[] = []
  return octets => {
    const end = octets.lastIndexOf(0x0a) + 1
    if (end > 0) {
      hand(Buffer.concat([...rest, octets.subarray(0, end)]).toString())
      rest = []
    }
    if (end < octets.length) rest.push(octets.subarray(end))
  }
}
