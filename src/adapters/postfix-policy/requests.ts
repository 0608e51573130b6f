/** Requests of Postfix's policy delegation protocol: lines of `name=value`, each request ended by an empty line. */
import { ProtocolError } from '../shared/socket-server.ts'

/** The attributes of one request, as SMTPD_POLICY_README defines them. Values are UTF-8 where SMTPUTF8 is used. */
export type Attributes = ReadonlyMap<string, string>

const MAX_LENGTH = 65_536
const MAX_ATTRIBUTES = 200

/** Splits bytes into requests. */
export interface RequestReader {
  /** Adds bytes. @returns the requests that are complete @throws ProtocolError for a malformed or too long request */
  push(chunk: Buffer): readonly Attributes[]
  /** Bytes of an incomplete request. */
  readonly waiting: number
  /** How many requests were complete. */
  readonly complete: number
}

export function requestReader(): RequestReader {
  let waiting = Buffer.alloc(0)
  let complete = 0
  return {
    get waiting() {
      return waiting.length
    },
    get complete() {
      return complete
    },
    push: chunk => {
      const all = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk])
      const requests: Attributes[] = []
      let from = 0
      for (let end = all.indexOf('\n\n'); end >= 0; end = all.indexOf('\n\n', from)) {
        requests.push(readAttributes(all.toString('utf8', from, end)))
        from = end + 2
      }
      waiting = Buffer.from(all.subarray(from))
      if (waiting.length > MAX_LENGTH) throw new ProtocolError(`a request of more than ${MAX_LENGTH} bytes`)
      complete += requests.length
      return requests
    },
  }
}

function readAttributes(text: string): Attributes {
  const lines = text.split('\n')
  if (lines.length > MAX_ATTRIBUTES) throw new ProtocolError(`a request of ${lines.length} attributes`)
  const attributes = new Map<string, string>()
  for (const line of lines) {
    const at = line.indexOf('=')
    if (at < 1) throw new ProtocolError(`a line without name=value: ${JSON.stringify(line.slice(0, 40))}`)
    attributes.set(line.slice(0, at), line.slice(at + 1))
  }
  if (attributes.get('request') !== 'smtpd_access_policy')
    throw new ProtocolError(`a request of another kind: ${JSON.stringify(attributes.get('request')?.slice(0, 40))}`)
  return attributes
}
