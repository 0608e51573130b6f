/**
 * The state of a classifier as bytes, with a checksum. A snapshot is refused unless every number in it is plausible.
 */
import { PosternError } from '../model/errors.ts'
import { nodeCrypto } from '../model/lazy.ts'
import { type Arow, newArow } from './arow.ts'
import { VIEWS } from './features.ts'
import { SPACE } from './grams.ts'
import { type ExportedMargins, MARGIN_KINDS } from './margins.ts'
import type { Example } from './replay.ts'
import { areLosses, unknownLosses } from './view-weights.ts'

/** The whole state of a classifier. */
export interface State {
  readonly models: readonly Arow[]
  readonly ham: number
  readonly spam: number
  readonly margins: ExportedMargins
  /** See `Calibration.export`. */
  readonly calibration: Float32Array
  /** See `ViewWeights.export`. */
  readonly losses: readonly number[]
  /** The replay buffer, from the oldest on. */
  readonly examples: readonly Example[]
}

/** A state that was read. */
export interface DecodedState extends State {
  /** An older version wrote it: no margin in it says anything about today's honest mail. */
  readonly isOlder: boolean
}

const HEADING = /^postern classifier (\d{1,4})\n/
/** The version that is written. Version 1 had no traits, and did not know which examples are of this site. */
const VERSION = 2
const VIEWS_OF_VERSION_1 = 3
const MAX_LENGTH = 32 * 1024 * 1024
const MAX_WEIGHT_SIZE = 100
const CHECKSUM = 32

interface Meta {
  readonly ham: number
  readonly spam: number
  readonly margins: Readonly<Record<keyof ExportedMargins, number>>
  readonly calibration: number
  readonly losses: readonly number[]
  readonly examples: readonly (readonly [isSpam: number, ...lengths: readonly number[]])[]
}

/** The heading of version 1, beside what both have. */
interface OldMeta extends Omit<Meta, 'margins' | 'losses'> {
  readonly hamQuantiles: number
  readonly spamQuantiles: number
}

export function encode({ models, ham, spam, margins, calibration, losses, examples }: State): Buffer {
  const kept = MARGIN_KINDS.map(kind => margins[kind])
  const meta: Meta = {
    ham,
    spam,
    margins: { ham: margins.ham.length, spam: margins.spam.length, imported: margins.imported.length },
    calibration: calibration.length,
    losses,
    examples: examples.map(({ label, features }) => [
      label === 'spam' ? 1 : 0,
      ...features.map(({ length }) => length),
    ]),
  }
  const arrays = models.flatMap(({ weights, variances, days }) => [weights, variances, days])
  const parts = [
    Buffer.from(`postern classifier ${VERSION}\n${JSON.stringify(meta)}\n`),
    ...[...arrays, ...kept, calibration, ...examples.flatMap(({ features }) => features)].map(bytesOf),
  ]
  const hash = nodeCrypto().createHash('sha256')
  for (const part of parts) hash.update(part)
  return Buffer.concat([...parts, hash.digest()])
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

/** Reads a snapshot of this version or of an older one. @throws PosternError when it is damaged or implausible */
export function decode(snapshot: Uint8Array): DecodedState {
  const bytes = Buffer.from(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength)
  if (bytes.length > MAX_LENGTH) throw refusal(`${bytes.length} bytes`)
  const heading = HEADING.exec(bytes.toString('latin1', 0, 32))
  if (bytes.length < CHECKSUM || heading === null) throw refusal('another kind of file')
  const version = Number(heading[1])
  if (version < 1 || version > VERSION)
    throw refusal(`a snapshot of version ${version}, which this program cannot read`)
  const body = bytes.subarray(0, -CHECKSUM)
  if (!nodeCrypto().createHash('sha256').update(body).digest().equals(bytes.subarray(-CHECKSUM)))
    throw refusal('a damaged file')
  const start = heading[0].length
  const end = body.indexOf('\n', start)
  const meta = readMeta(body.toString('utf8', start, Math.max(end, start)), version)
  if (meta === undefined) throw refusal('a file with another heading')
  return readState(body, end + 1, meta, version)
}

const refusal = (found: string): PosternError =>
  new PosternError(
    [
      {
        path: 'snapshot',
        found,
        expected: `an undamaged snapshot of a classifier, of version ${VERSION} or older`,
        remedy: 'restore an older checkpoint, or remove the file and train again',
      },
    ],
    'ERR_POSTERN_SNAPSHOT',
  )

function readState(body: Buffer, start: number, meta: Meta, version: number): DecodedState {
  let at = start
  const fill = <A extends Float32Array | Uint16Array>(array: A): A => {
    if (at + array.byteLength > body.length) throw refusal('a file that ends early')
    bytesOf(array).set(body.subarray(at, at + array.byteLength))
    at += array.byteLength
    return array
  }
  const known = viewsOf(version)
  const models = VIEWS.map((_, view) => {
    const model = newArow()
    if (view >= known) return model
    return { weights: fill(model.weights), variances: fill(model.variances), days: fill(model.days) }
  })
  if (!models.every(isPlausible)) throw refusal('weights beyond any training')
  const [ham, spam, imported] = MARGIN_KINDS.map(kind => fill(new Uint16Array(meta.margins[kind])))
  const calibration = fill(new Float32Array(meta.calibration))
  const examples = meta.examples.map(
    ([isSpam, ...lengths]): Example => ({
      features: VIEWS.map((_, view) => fill(new Uint16Array(lengths[view] ?? 0))),
      label: isSpam === 1 ? 'spam' : 'ham',
    }),
  )
  if (at !== body.length) throw refusal('a file that goes on after its end')
  const isOlder = version < VERSION
  const margins = { ham: ham ?? NONE, spam: spam ?? NONE, imported: imported ?? NONE }
  return {
    models,
    ham: meta.ham,
    spam: meta.spam,
    // Without a day, and without knowledge of where they come from.
    margins: isOlder ? { ham: NONE, spam: NONE, imported: dated(margins.ham) } : margins,
    calibration,
    losses: meta.losses,
    examples,
    isOlder,
  }
}

const NONE = new Uint16Array()

const viewsOf = (version: number): number => (version === 1 ? VIEWS_OF_VERSION_1 : VIEWS.length)

/** Bins as pairs of a bin and a day. */
const dated = (bins: Uint16Array): Uint16Array =>
  Uint16Array.from({ length: 2 * bins.length }, (_, index) => (index % 2 === 0 ? (bins[index / 2] ?? 0) : 0))

const isPlausible = ({ weights, variances }: Arow): boolean =>
  weights.every(weight => Math.abs(weight) <= MAX_WEIGHT_SIZE) &&
  variances.every(variance => variance > 0 && variance <= 1)

function readMeta(text: string, version: number): Meta | undefined {
  try {
    const read = JSON.parse(text) as Meta | OldMeta
    const losses = 'losses' in read ? read.losses : unknownLosses()
    const margins = 'margins' in read ? read.margins : { ham: read.hamQuantiles, spam: read.spamQuantiles, imported: 0 }
    const sizes = [...MARGIN_KINDS.map(kind => margins[kind]), read.calibration]
    const isWhole = (value: number) => Number.isSafeInteger(value) && value >= 0
    const isExample = (numbers: readonly number[]) =>
      numbers.length === viewsOf(version) + 1 && numbers.every(number => isWhole(number) && number <= SPACE)
    const isMeta = [read.ham, read.spam, ...sizes].every(isWhole) && sizes.every(size => size <= SPACE)
    return isMeta && areLosses(losses) && read.examples.every(isExample) ? { ...read, margins, losses } : undefined
  } catch {
    return undefined
  }
}
