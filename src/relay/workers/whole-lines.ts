/** Whole lines out of the pieces in which a process writes them. */

/** Hands over whole lines; what is cut off waits for its end. */
export function wholeLines(handOver: (lines: string) => void): (bytes: Buffer) => void {
  let rest: Buffer[] = []
  return bytes => {
    const end = bytes.lastIndexOf(0x0a) + 1
    if (end > 0) {
      handOver(Buffer.concat([...rest, bytes.subarray(0, end)]).toString())
      rest = []
    }
    if (end < bytes.length) rest.push(bytes.subarray(end))
  }
}
