/** The state of a classifier as bytes: with a checksum, and believed only when every number in it can be true. */
import { PosternError } from '../model/errors.ts'
import { nodeCrypto } from '../model/lazy.ts'
import { type Arow, newArow } from './arow.ts'
import { VIEWS } from './features.ts'
import { SPACE } from './grams.ts'
import type { Example } from './replay.ts'

/** All that a classifier knows. */
export interface State {
  readonly models: readonly Arow[]
  readonly ham: number
  readonly spam: number
  /** See `Tail.export`. */
  readonly hamQuantiles: Uint16Array
  readonly spamQuantiles: Uint16Array
  /** See `Calibration.export`. */
  readonly calibration: Float32Array
  readonly examples: readonly Example[]
}

const MAGIC = 'postern classifier 1\n'
const MAX_LENGTH = 32 * 1024 * 1024
const MAX_WEIGHT_SIZE = 100
const CHECKSUM = 32

interface Meta {
  readonly ham: number
  readonly spam: number
  readonly hamQuantiles: number
  readonly spamQuantiles: number
  readonly calibration: number
  readonly examples: readonly (readonly [isSpam: number, ...lengths: readonly number[]])[]
}

export function encode({ models, ham, spam, hamQuantiles, spamQuantiles, calibration, examples }: State): Buffer {
  const meta: Meta = {
    ham,
    spam,
    hamQuantiles: hamQuantiles.length,
    spamQuantiles: spamQuantiles.length,
    calibration: calibration.length,
    examples: examples.map(({ label, features }) => [
      label === 'spam' ? 1 : 0,
      ...features.map(({ length }) => length),
    ]),
  }
  const arrays = models.flatMap(({ weights, variances, days }) => [weights, variances, days])
  const parts = [
    Buffer.from(`${MAGIC}${JSON.stringify(meta)}\n`),
    ...[...arrays, hamQuantiles, spamQuantiles, calibration, ...examples.flatMap(({ features }) => features)].map(
      octetsOf,
    ),
  ]
  const hash = nodeCrypto().createHash('sha256')
  for (const part of parts) hash.update(part)
  return Buffer.concat([...parts, hash.digest()])
}

const octetsOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

/** @throws PosternError when it is no snapshot, or not a whole and sane one */
export function decode(octets: Uint8Array): State {
  const fail = (found: string): PosternError =>
    new PosternError(
      [
        {
          path: 'snapshot',
          found,
          expected: 'a whole snapshot of a classifier',
          remedy: 'take an older checkpoint, or remove the file and learn anew',
        },
      ],
      'ERR_POSTERN_SNAPSHOT',
    )
  const bytes = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
  if (bytes.length > MAX_LENGTH) throw fail(`${bytes.length} bytes`)
  if (bytes.length < CHECKSUM || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) throw fail('another kind of file')
  const body = bytes.subarray(0, -CHECKSUM)
  if (!nodeCrypto().createHash('sha256').update(body).digest().equals(bytes.subarray(-CHECKSUM)))
    throw fail('a damaged file')
  const end = body.indexOf('\n', MAGIC.length)
  const meta = readMeta(body.toString('utf8', MAGIC.length, Math.max(end, MAGIC.length)))
  if (meta === undefined) throw fail('a file with another heading')

  let at = end + 1
  const cut = (length: number): Buffer => {
    if (at + length > body.length) throw fail('a file that ends early')
    at += length
    return body.subarray(at - length, at)
  }
  const fill = <A extends Float32Array | Uint16Array>(array: A): A => {
    octetsOf(array).set(cut(array.byteLength))
    return array
  }
  const experts = VIEWS.map(() => {
    const { weights, variances, days } = newArow()
    return { weights: fill(weights), variances: fill(variances), days: fill(days) }
  })
  if (!experts.every(isSane)) throw fail('weights that no lesson makes')
  const hamTail = fill(new Uint16Array(meta.hamQuantiles))
  const spamTail = fill(new Uint16Array(meta.spamQuantiles))
  const calibration = fill(new Float32Array(meta.calibration))
  const examples = meta.examples.map(
    ([isSpam, ...lengths]): Example => ({
      features: lengths.map(length => fill(new Uint16Array(length))),
      label: isSpam === 1 ? 'spam' : 'ham',
    }),
  )
  if (at !== body.length) throw fail('a file that goes on after its end')
  return {
    models: experts,
    ham: meta.ham,
    spam: meta.spam,
    hamQuantiles: hamTail,
    spamQuantiles: spamTail,
    calibration,
    examples,
  }
}

const isSane = ({ weights, variances }: Arow): boolean =>
  weights.every(weight => Math.abs(weight) <= MAX_WEIGHT_SIZE) &&
  variances.every(variance => variance > 0 && variance <= 1)

function readMeta(text: string): Meta | undefined {
  try {
    const meta = JSON.parse(text) as Meta
    const counts = [meta.ham, meta.spam, meta.hamQuantiles, meta.spamQuantiles, meta.calibration]
    const isWhole = (value: number) => Number.isSafeInteger(value) && value >= 0
    const isExample = (numbers: readonly number[]) =>
      numbers.length === VIEWS.length + 1 && numbers.every(number => isWhole(number) && number <= SPACE)
    const areSmall = counts.slice(2).every(size => size <= SPACE)
    return counts.every(isWhole) && areSmall && meta.examples.every(isExample) ? meta : undefined
  } catch {
    return undefined
  }
}
