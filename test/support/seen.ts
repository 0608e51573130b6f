/** What the classifier sees of a plain message, without a gateway around it. */
import type { ExtractedText } from '../../src/classify/features.ts'
import { headerOf } from '../../src/mime/header/collect.ts'

export function seenIn(message: Buffer): ExtractedText {
  const header = headerOf(message)
  const head = message.subarray(header.bodyOffset)
  return { header, text: head.toString('utf8'), urls: [], head }
}
