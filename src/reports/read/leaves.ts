/** The parts of a message that hold no others, with their bytes decoded. */
import { dashLines, type Span, split } from '../../mime/boundaries.ts'
import { decodeAll, encodingOf } from '../../mime/decode/transfer.ts'
import { parametersOf } from '../../mime/header/parameters.ts'
import { readSection } from '../../mime/section.ts'
import type { HeaderFields } from '../../model/header.ts'

export interface Leaf {
  /** In lower case: `application/gzip`. */
  readonly contentType: string
  /** Undoes the transfer encoding. */
  readonly content: () => Buffer
}

const MAX_DEPTH = 6
const MAX_LEAVES = 50

/** In the order of the message; an attached message is a leaf. */
export function leavesOf(message: Buffer): readonly Leaf[] {
  const leaves: Leaf[] = []
  const lines = dashLines(message)
  const read = (span: Span, depth: number): void => {
    if (leaves.length >= MAX_LEAVES) return
    const { header, body } = readSection(message, span)
    const [type] = header.all('content-type')
    const parameters = type && parametersOf(type)
    const contentType = parameters?.value || 'text/plain'
    const boundary = parameters?.all('boundary')[0]
    const parts =
      contentType.startsWith('multipart/') && boundary !== undefined && depth < MAX_DEPTH
        ? split(message, lines, body, boundary)?.parts
        : undefined
    if (parts) for (const part of parts) read(part, depth + 1)
    else leaves.push({ contentType, content: () => decodedBody(header, message.subarray(body.start, body.stop)) })
  }
  read({ start: 0, stop: message.length }, 0)
  return leaves
}

function decodedBody(header: HeaderFields, body: Buffer): Buffer {
  const name = header.all('content-transfer-encoding')[0]?.value.trim().toLowerCase() ?? ''
  return decodeAll(body, encodingOf(name) ?? 'identity')
}
