/** The bytes of DATA (RFC 5321 §4.5.2): a dot more in front of every line that begins with one, then the end. */

const CR = 0x0d
const LF = 0x0a
const DOT = 0x2e
const extra = Buffer.of(DOT)

/** Content whose line ends are all CRLF, as it goes on the wire, CRLF.CRLF included. */
export async function* dotStuffed(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let [before, last]: [number, number] = [CR, LF]
  for await (const bytes of content) {
    if (bytes.length === 0) continue
    let start = 0
    if (last === LF && bytes[0] === DOT) yield extra
    for (let at = bytes.indexOf('\n.'); at !== -1; at = bytes.indexOf('\n.', at + 1)) {
      yield bytes.subarray(start, at + 1)
      yield extra
      start = at + 1
    }
    yield bytes.subarray(start)
    before = bytes.at(-2) ?? last
    last = bytes.at(-1) ?? last
  }
  yield Buffer.from(before === CR && last === LF ? '.\r\n' : '\r\n.\r\n')
}
