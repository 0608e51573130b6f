/**
 * The state of a classifier as bytes, with a checksum. A snapshot is refused unless every number in it is plausible.
 */
import { PosternError } from '../model/errors.ts'
import { nodeCrypto } from '../model/lazy.ts'
import { type Arow, newArow } from './arow.ts'
import { VIEWS } from './features.ts'
import { SPACE } from './grams.ts'
import type { Example } from './replay.ts'

/** The whole state of a classifier. */
export interface State {
  readonly models: readonly Arow[]
  readonly ham: number
  readonly spam: number
  /** See `Quantiles.export`. */
  readonly hamQuantiles: Uint16Array
  readonly spamQuantiles: Uint16Array
  /** See `Calibration.export`. */
  readonly calibration: Float32Array
  /** The replay buffer, from the oldest on. */
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
      bytesOf,
    ),
  ]
  const hash = nodeCrypto().createHash('sha256')
  for (const part of parts) hash.update(part)
  return Buffer.concat([...parts, hash.digest()])
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

/** Reads a snapshot. @throws PosternError when it is damaged or implausible */
export function decode(snapshot: Uint8Array): State {
  const fail = (found: string): PosternError =>
    new PosternError(
      [
        {
          path: 'snapshot',
          found,
          expected: 'an undamaged snapshot of a classifier',
          remedy: 'restore an older checkpoint, or remove the file and train again',
        },
      ],
      'ERR_POSTERN_SNAPSHOT',
    )
  const bytes = Buffer.from(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength)
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
    bytesOf(array).set(cut(array.byteLength))
    return array
  }
  const models = VIEWS.map(() => {
    const { weights, variances, days } = newArow()
    return { weights: fill(weights), variances: fill(variances), days: fill(days) }
  })
  if (!models.every(isPlausible)) throw fail('weights beyond any training')
  const hamQuantiles = fill(new Uint16Array(meta.hamQuantiles))
  const spamQuantiles = fill(new Uint16Array(meta.spamQuantiles))
  const calibration = fill(new Float32Array(meta.calibration))
  const examples = meta.examples.map(
    ([isSpam, ...lengths]): Example => ({
      features: lengths.map(length => fill(new Uint16Array(length))),
      label: isSpam === 1 ? 'spam' : 'ham',
    }),
  )
  if (at !== body.length) throw fail('a file that goes on after its end')
  return {
    models,
    ham: meta.ham,
    spam: meta.spam,
    hamQuantiles,
    spamQuantiles,
    calibration,
    examples,
  }
}

const isPlausible = ({ weights, variances }: Arow): boolean =>
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
