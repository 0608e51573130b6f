/** The parts of a message that hold no others, with their bytes decoded. */
import { dashLines, type Span, split } from '../../mime/boundaries.ts'
import { decodeAll, encodingOf } from '../../mime/decode/transfer.ts'
import { parametersOf } from '../../mime/header/parameters.ts'
import { readSection } from '../../mime/section.ts'
import type { HeaderFields } from '../../model/header.ts'

export interface MessagePart {
  /** In lower case: `application/gzip`. */
  readonly contentType: string
  /** Undoes the transfer encoding. */
  readonly content: () => Buffer
}

const MAX_DEPTH = 6
const MAX_PARTS = 50

/** In the order of the message; an attached message is a part. */
export function partsOf(message: Buffer): readonly MessagePart[] {
  const parts: MessagePart[] = []
  const lines = dashLines(message)
  const read = (span: Span, depth: number): void => {
    if (parts.length >= MAX_PARTS) return
    const { header, body } = readSection(message, span)
    const [type] = header.all('content-type')
    const parameters = type && parametersOf(type)
    const contentType = parameters?.value || 'text/plain'
    const boundary = parameters?.all('boundary')[0]
    const inner =
      contentType.startsWith('multipart/') && boundary !== undefined && depth < MAX_DEPTH
        ? split(message, lines, body, boundary)?.parts
        : undefined
    if (inner) for (const part of inner) read(part, depth + 1)
    else parts.push({ contentType, content: () => decodedBody(header, message.subarray(body.start, body.stop)) })
  }
  read({ start: 0, stop: message.length }, 0)
  return parts
}

function decodedBody(header: HeaderFields, body: Buffer): Buffer {
  const name = header.all('content-transfer-encoding')[0]?.value.trim().toLowerCase() ?? ''
  return decodeAll(body, encodingOf(name) ?? 'identity')
}
