/** A second signer, written naively from RFC 6376, that will sign any tags at all, also those that no signer should. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
/** Its signatures fill their base64 to the last bit. */
export const rsa1536 = generateKeyPairSync('rsa', { modulusLength: 1536 })
export const ed25519 = generateKeyPairSync('ed25519')

const der = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })

/** A key record as it is published. */
export const recordOf = (key: KeyObject, tags = 'v=DKIM1; '): string =>
  key.asymmetricKeyType === 'rsa'
    ? `${tags}k=rsa; p=${der(key).toString('base64')}`
    : `${tags}k=ed25519; p=${der(key).subarray(12).toString('base64')}`

/** RFC 6376 §3.4.3 and §3.4.4, line after line. */
export function canonicalBody(how: string, body: string): string {
  const lines = body.split('\r\n')
  const folded = how === 'simple' ? lines : lines.map(line => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''))
  while (folded.at(-1) === '') folded.pop()
  return folded.length === 0 && how === 'relaxed' ? '' : `${folded.join('\r\n')}\r\n`
}

function canonicalField(how: string, field: string): string {
  if (how === 'simple') return field
  const [name = '', ...value] = field.replaceAll('\r\n', '').split(':')
  return `${name.trim().toLowerCase()}:${value
    .join(':')
    .replace(/[ \t]+/g, ' ')
    .trim()}`
}

export interface Signing {
  /** Each `Name: value`, from the top, without the last line end. */
  readonly fields: readonly string[]
  readonly body: string
  /** Beside those that every signature has, or instead of them; `undefined` leaves one out. Signed as they stand. */
  readonly tags?: Readonly<Record<string, string | undefined>>
  /** What stands in b= instead of a signature. */
  readonly b?: string
  readonly key?: KeyObject
}

/** A DKIM-Signature field, without the last line end. */
export function signature({ fields, body, tags = {}, b, key = rsa.privateKey }: Signing): string {
  const { c = 'relaxed/relaxed', h = 'From:To:Subject:Date', ...others } = tags
  const [header = '', bodyHow = 'simple'] = c.split('/')
  const bh = createHash('sha256').update(canonicalBody(bodyHow, body), 'latin1').digest('base64')
  const all = { v: '1', a: `${key.asymmetricKeyType}-sha256`, c, d: 'example.org', s: 'sel', h, bh, ...others }
  const list = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : `${name}=${value}`))
  const unsigned = `DKIM-Signature: ${list.join('; ')}; b=`

  const left = [...fields]
  const covered = h.split(':').flatMap(name => {
    const at = left.findLastIndex(
      field => field.slice(0, field.indexOf(':')).trim().toLowerCase() === name.trim().toLowerCase(),
    )
    return at < 0 ? [] : left.splice(at, 1)
  })
  const data = Buffer.from([...covered, unsigned].map(field => canonicalField(header, field)).join('\r\n'), 'latin1')
  const made =
    key.asymmetricKeyType === 'rsa'
      ? sign('sha256', data, key)
      : sign(null, createHash('sha256').update(data).digest(), key)
  return unsigned + (b ?? made.toString('base64'))
}

/** The message with its signature on top. */
export const signed = (signing: Signing): Buffer => message([signature(signing), ...signing.fields], signing.body)

export const message = (fields: readonly string[], body: string): Buffer =>
  Buffer.from(`${fields.join('\r\n')}\r\n\r\n${body}`, 'latin1')
