/** The transfer encodings that can be decoded, and the interface of a decoder. */

/** An encoding that can be decoded. */
export type Encoding =
  | 'identity'
  | 'base64'
  /** Base64 up to the first padding, as some programs read it. */
  | 'base64-first'
  | 'quoted-printable'
  /** Each bare CR or LF becomes CRLF. */
  | 'line-ends'
  | 'uuencode'
  | 'yenc'
  /** The content of S/MIME that is signed (RFC 5652 §5.2). */
  | 'cms'

export interface TransferDecoder {
  /** @param target may hold the result, for callers that are done with it before the next call */
  push(chunk: Buffer, target?: Buffer): Buffer
  end(): Buffer
  /** Whether decoders disagree about the bytes so far. */
  ambiguous(): boolean
  /** Whether something was not decoded, because that would have cost too much. */
  cut?(): boolean
}
