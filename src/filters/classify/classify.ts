/** `classify`: learns from its own site what spam reads like, and says so only when it can keep its promise to honest mail. */
import { type Judgement, newClassifier } from '../../classify/classifier.ts'
import { type Evidence, explain } from '../../classify/explain.ts'
import { type ExtractedText, features, isTextSeen, MAX_BODY } from '../../classify/features.ts'
import { pack } from '../../classify/packing.ts'
import { newPersistence, type Persistence } from '../../classify/persistence.ts'
import { identities } from '../../facts/identities.ts'
import { senderTrust } from '../../facts/trust.ts'
import { unexamined } from '../../facts/unexamined.ts'
import { PosternError } from '../../model/errors.ts'
import type { TrainingExample } from '../../model/feedback.ts'
import type { Filter } from '../../model/filter.ts'
import { type Findings, points } from '../../model/finding.ts'
import type { Metric } from '../../model/metric.ts'
import type { Services } from '../../model/services.ts'
import type { Message } from '../../model/stage.ts'
import { samplesOf, tally } from '../../observe/count.ts'
import { extract } from './extract.ts'
import { loadFeatures, newFeatureCache, saveFeatures } from './feature-cache.ts'
import { type ClassifyOptions, checked } from './options.ts'
import { syncTraining, type TrainingSync } from './sync.ts'
import { idOf, type LoggedExample, newTrainingLog } from './training-log.ts'

const DAY = 86_400_000

/**
 * Judges at `message`, after the facts `text` and `links`; learns from `gateway.feedback` alone, never from its own verdicts.
 * The feedback of a message that was deferred is not taken by its reference: it will come again.
 *
 * @throws PosternError when an option makes no sense
 * @example
 * classify({ folder: '/var/lib/postern', falsePositives: '0.1%' })
 */
export function classify(options: ClassifyOptions = {}): Filter {
  const { keep, stale, falsePositives } = checked(options)
  const { folder, spam = 6, ham = 2, known = 2, reporter = () => 1, shared = false } = options
  const { enough = 100, classifier = newClassifier({ falsePositives, enough }) } = options
  const lessons = newTrainingLog(classifier)
  const kept = newFeatureCache()
  const said = tally()
  let keeper: Persistence | undefined
  let others: TrainingSync | undefined
  let ready: Promise<void> | undefined
  let today = 0

  /** What could not be read was told of; the rest works. */
  const whenReady = async (): Promise<void> => {
    await ready?.catch(() => undefined)
  }
  /** Learns, and keeps what was learned. */
  const take = async (taught: LoggedExample, world: Services): Promise<boolean> => {
    await keeper?.changing()
    const day = Math.floor(world.clock.now() / DAY)
    if (day !== today) classifier.fade(day, stale / DAY)
    today = day
    return lessons.take(taught, day)
  }

  return {
    name: 'classify',
    checks: 'content',
    start: async world => {
      if (folder !== undefined) {
        keeper = newPersistence({ folder, classifier, services: world })
        ready = keeper.load()
        await ready
      }
      if (shared)
        others = syncTraining({
          services: world,
          ttl: keep,
          onExample: taught => void take(taught, world).catch(() => undefined),
        })
    },
    stop: async () => {
      others?.stop()
      await keeper?.stop()
    },
    message: async message => {
      await whenReady()
      const seen = await extract(message)
      const found = features(seen)
      kept.put(message.ref, pack(found))
      const judged = await message.callExternal('classify', async (): Promise<Judged> => {
        const judgement = classifier.judge(found)
        return { judgement, evidence: judgement.verdict === 'spam' ? explain(classifier, seen) : [] }
      })
      const { verdict } = judged.judgement
      said.add(verdict)
      if (verdict === 'ham')
        return ham > 0 && (await isAllSeen(message, seen)) && points(-ham, hamReason(judged, seen), { rule: 'ham' })
      return verdict === 'spam' && (await spamFinding(judged, message))
    },
    metrics: (): readonly Metric[] => [
      {
        name: 'postern_classify_lessons',
        help: 'Lessons that the classifier knows, by label.',
        type: 'gauge',
        samples: Object.entries(classifier.learned).map(([label, value]) => ({ labels: { label }, value })),
      },
      {
        name: 'postern_classify_verdicts_total',
        help: 'Messages that the classifier has judged, by verdict.',
        type: 'counter',
        samples: samplesOf('verdict', said),
      },
    ],
    onDecision: ({ stage, verdict }, context) => {
      if (stage !== 'message') return
      const octets = kept.get(context.ref)
      if (verdict === 'defer') kept.drop(context.ref)
      else if (shared && octets !== undefined)
        // Nobody waits for it: where it is missing, feedback by the message itself is still taken.
        Promise.resolve(saveFeatures(context.store, context.ref, octets, keep)).catch(() => undefined)
    },
    onFeedback: async lesson => {
      await whenReady()
      const weight = Math.min(Math.max(reporter(lesson.by), 0), 1) || 0
      if (weight === 0) return
      const octets = await octetsOf(lesson)
      const { by, label, undo, ref } = lesson
      const taught: LoggedExample = { id: ref ?? idOf(octets), by, label, undo, weight, octets }
      if (await take(taught, lesson.services)) await others?.publish(taught)
    },
  }

  async function spamFinding(judged: Judged, message: Message): Promise<Findings> {
    const scaled = spam * Math.max(2 * judged.judgement.probability - 1, 0.5)
    const isKnown = scaled > known && (await isProvenAndKnown(message))
    const value = Math.round((isKnown ? known : scaled) * 10) / 10
    return value > 0 && points(value, spamReason(judged), { rule: 'spam' })
  }

  async function octetsOf({ ref, message, services }: TrainingExample): Promise<Uint8Array> {
    if (message !== undefined) return pack(features(await extract(message)))
    const octets = kept.get(ref ?? '') ?? (shared ? await loadFeatures(services.store, ref ?? '') : undefined)
    if (octets !== undefined) return octets
    throw new PosternError(
      [
        {
          path: 'ref',
          found: ref,
          expected: 'the reference of a message that was judged and not deferred',
          remedy: 'give the message itself',
        },
      ],
      'ERR_POSTERN_UNKNOWN_MESSAGE',
    )
  }
}

interface Judged {
  readonly judgement: Judgement
  readonly evidence: readonly Evidence[]
}

/** DMARC speaks for the author, and the sender has a good record or is somebody our users write to. */
async function isProvenAndKnown(message: Message): Promise<boolean> {
  const [{ author }, trust] = await Promise.all([message.ask(identities), message.ask(senderTrust)])
  return author !== undefined && trust === 'known'
}

const spamReason = ({ judgement, evidence }: Judged): string =>
  `reads like spam: ${percent(judgement.hamShare)} of the honest mail taught looks so much like it; ${weightiest(evidence)}`

/** What cannot be seen speaks for nobody: too little text, or something beyond a bound. */
async function isAllSeen(message: Message, seen: ExtractedText): Promise<boolean> {
  return isTextSeen(seen) && (await message.ask(unexamined)).length === 0
}

const hamReason = ({ judgement }: Judged, { text }: ExtractedText): string => {
  const share = `${percent(judgement.spamShare)} of the spam taught looks so much like it`
  const part = text.length > MAX_BODY ? `; of ${text.length} characters the first ${MAX_BODY} were read` : ''
  return `reads like honest mail: ${share}${part}`
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`

const weightiest = (evidence: readonly Evidence[]): string =>
  `what weighed most: ${evidence.map(({ view, word, weight }) => `${view} ${JSON.stringify(word)} ${weight > 0 ? '+' : ''}${weight.toFixed(2)}`).join(', ')}`
