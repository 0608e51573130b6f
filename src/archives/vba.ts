/** The source of macros: the compressed containers of MS-OVBA §2.4.1, and their dangerous keywords. */

/** Bytes of the source of one module. */
export const MAX_SOURCE = 1_048_576
const CHUNK = 4096

/** Decompresses one container from its signature byte on. Stops where it is broken, and after 1 MB. */
export function decompressVba(packed: Buffer): Buffer {
  if (packed[0] !== 1) return Buffer.alloc(0)
  const out = Buffer.alloc(Math.min(MAX_SOURCE, packed.length * CHUNK))
  let length = 0
  let at = 1
  while (at + 2 <= packed.length && length < out.length) {
    const head = packed.readUInt16LE(at)
    const stop = Math.min(at + (head & 0x0fff) + 3, packed.length)
    const begin = length
    at += 2
    if ((head & 0x8000) === 0) {
      length += packed.copy(out, length, at, Math.min(at + CHUNK, packed.length))
      at += CHUNK
      continue
    }
    while (at < stop && length < out.length && length - begin < CHUNK) {
      const flags = packed[at] ?? 0
      at += 1
      for (let bit = 0; bit < 8 && at < stop && length < out.length; bit += 1) {
        if ((flags & (1 << bit)) === 0) {
          out[length] = packed[at] ?? 0
          length += 1
          at += 1
          continue
        }
        if (at + 2 > stop) return out.subarray(0, length)
        const token = packed.readUInt16LE(at)
        at += 2
        const bits = Math.max(4, 32 - Math.clz32(Math.max(length - begin - 1, 0)))
        const count = (token & (0xffff >> bits)) + 3
        const from = length - (token >> (16 - bits)) - 1
        if (from < begin) return out.subarray(0, length)
        for (let copied = 0; copied < count && length < out.length; copied += 1) {
          out[length] = out[from + copied] ?? 0
          length += 1
        }
      }
    }
    at = stop
  }
  return out.subarray(0, length)
}

/** The text of the modules in a stream: every container in it that begins with an `Attribute` line. */
export function vbaSource(stream: Buffer): string {
  // The first chunk begins with its header (2 bytes), a flag byte, and the letters as they are.
  const mark = Buffer.from('\0Attribut', 'latin1')
  let text = ''
  for (
    let at = stream.indexOf(mark);
    at >= 3 && text.length < MAX_SOURCE;
    at = stream.indexOf(mark, at + mark.length)
  ) {
    text += decompressVba(stream.subarray(at - 3)).toString('latin1')
  }
  return text
}

const auto =
  /\b(?:auto_?(?:open|exec|close|exit|new)|document_(?:open|close|new|beforeclose)|workbook_(?:open|activate|beforeclose)|(?:layout|painted|painting|mouse(?:move|hover|enter|leave))\b)/i
const dangerous =
  /\b(?:shell(?:execute)?|wscript\.shell|createobject|getobject|urldownloadtofile|powershell|mshta|regsvr32|rundll32|certutil|bitsadmin|virtualalloc|rtlmovememory|createthread|msxml2\.(?:server)?xmlhttp|winhttp\.winhttprequest|adodb\.stream|callbyname|environ|savetofile)\b/i

/** The first keyword that runs code automatically, and the first dangerous one. */
export function macroKeywords(source: string): { readonly auto?: string; readonly dangerous?: string } {
  const [first] = auto.exec(source) ?? []
  const [worst] = dangerous.exec(source) ?? []
  return { ...(first && { auto: first }), ...(worst && { dangerous: worst }) }
}
