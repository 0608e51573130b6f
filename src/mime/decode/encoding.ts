/** Content-transfer-encodings: what can be undone, and the interface of what undoes it. */

/** What can be undone. */
export type Encoding =
  | 'identity'
  | 'base64'
  /** Base64 as those read it who stop at the first padding. */
  | 'base64-first'
  | 'quoted-printable'
  /** A CR or LF alone becomes CRLF. */
  | 'line-ends'
  | 'uuencode'
  | 'yenc'
  /** The content of S/MIME that is signed (RFC 5652 §5.2). */
  | 'cms'

export interface TransferDecoder {
  push(chunk: Buffer): Buffer
  end(): Buffer
  /** Decoders differ about what was pushed so far. */
  ambiguous(): boolean
  /** It was not decoded as readers do, because that would have cost too much. */
  cut?(): boolean
}
