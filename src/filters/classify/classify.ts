/**
 * `classify`: learns what spam reads like at its own site, and reports it only while it meets its false positive
 * target.
 */
import { features, VIEWS } from '../../classify/features.ts'
import { pack, unpack } from '../../classify/packing.ts'
import type { Companion, Persistence } from '../../classify/persistence.ts'
import type { SentMail, TrainingExample } from '../../model/feedback.ts'
import type { Filter, PriorFindings } from '../../model/filter.ts'
import type { Findings } from '../../model/finding.ts'
import { lazyModule } from '../../model/lazy.ts'
import type { Metric } from '../../model/metric.ts'
import type { Notice, Services } from '../../model/services.ts'
import type { Message } from '../../model/stage.ts'
import { tally } from '../../observe/count.ts'
import { inBackground } from '../background.ts'
import { rememberMessage, sentMailOf } from './answers.ts'
import { bodyHead } from './body-head.ts'
import { DriftWatch } from './drift-watch.ts'
import { answerExamples, ExamplePublisher, idOfText, loggedExample } from './example.ts'
import type { LogPosition } from './example-log.ts'
import { FeatureCache, saveFeatures } from './feature-cache.ts'
import type { ExplainedJudgement } from './finding.ts'
import { classifyMetrics } from './metrics.ts'
import { type ClassifyOptions, type ClassifySettings, checkedSettings } from './options.ts'
import type { Overlays } from './overlays.ts'
import type { TrainingSync } from './sync.ts'
import { type LoggedExample, positionIn, savedExamples, TrainingLog } from './training-log.ts'

const weighing = lazyModule(() => import('./weigh.ts'))

const DAY = 86_400_000

const FORGETFUL: Notice = {
  code: 'classify/no-folder',
  reason:
    "classify({ folder }) is not given: what is learned is lost when the process ends. Write folder: '/var/lib/postern'",
  level: 'warning',
}

/**
 * Judges at `message`, with the facts `text` and `links`. Learns from `gateway.feedback` and from what our users
 * answer, never from its own verdicts.
 * Feedback cannot name a deferred message by its reference: the client will send that message again.
 *
 * @throws PosternError when an option is wrong
 * @example
 * classify({ folder: '/var/lib/postern', falsePositives: '0.1%' })
 */
export function classify(options: ClassifyOptions = {}): Filter {
  const settings = checkedSettings(options)
  if (!settings.judges) return examplePublisher(settings)
  const site = new ClassifierSite(settings)
  const followAnswers = answerFollower(site)
  return {
    name: 'classify',
    // It weighs what the others have found.
    order: 'late',
    checks: 'content',
    reads: [bodyHead],
    start: services => site.start(services),
    stop: () => site.stop(),
    message: (message, prior) => site.judge(message, prior),
    metrics: () => site.metrics(),
    onDecision: ({ stage, verdict }, context) => {
      if (stage !== 'message') return
      site.keepFeatures(context as Message, verdict === 'defer')
      if (verdict === 'accept' || verdict === 'quarantine') followAnswers(context as Message)
    },
    onFeedback: example => site.learn(example),
    onSent: (mail, services) => site.learnAnswer(mail, services),
  }
}

/** Remembers what is delivered, and learns what an authenticated user answers. The session does not wait. */
function answerFollower(site: ClassifierSite): (message: Message) => void {
  return inBackground(async message => {
    if (message.user === undefined) return await site.rememberForAnswers(message)
    const mail = sentMailOf(message)
    if (mail !== undefined) await site.learnAnswer(mail, message)
  })
}

/** Hands what people say to the nodes that judge, and judges nothing itself. */
function examplePublisher(settings: ClassifySettings): Filter {
  const site = new ExamplePublisher(settings)
  return {
    name: 'classify',
    checks: 'content',
    start: services => site.start(services),
    stop: () => site.stop(),
    onFeedback: example => site.learn(example),
    onSent: (mail, services) => site.learnAnswer(mail, services),
  }
}

/** A classifier with its snapshots, the features of recent messages, and the examples of other nodes. */
class ClassifierSite {
  readonly #settings: ClassifySettings
  readonly #trainingLog: TrainingLog
  readonly #featureCache = new FeatureCache()
  /** The headers of messages that were judged. */
  readonly #judged = new WeakSet<object>()
  readonly #verdicts = tally()
  readonly #drift: DriftWatch
  #overlays: Overlays | undefined
  #persistence: Persistence | undefined
  #sync: TrainingSync | undefined
  #loaded: Promise<void> | undefined
  #today = 0

  constructor(settings: ClassifySettings) {
    this.#settings = settings
    this.#trainingLog = new TrainingLog(settings.classifier)
    this.#drift = new DriftWatch(settings.classifier)
  }

  async start(services: Services): Promise<void> {
    if (this.#settings.isForgetful) services.notify(FORGETFUL)
    this.#loaded = this.#open(services)
    await this.#loaded
  }

  /** Loads the snapshot, and exchanges examples from there on. */
  async #open(services: Services): Promise<void> {
    const { folder, classifier, shared, writes, overlays, featureTtl } = this.#settings
    let from: LogPosition | undefined
    if (folder !== undefined) {
      const companion: Companion = {
        save: () => ({ applied: this.#trainingLog.export(), ...this.#sync?.position }),
        load: kept => {
          from = positionIn(kept)
          this.#trainingLog.restore(savedExamples(kept))
        },
      }
      await this.#load({ folder, classifier, services, companion, isReader: shared && !writes })
    }
    if (overlays !== false) {
      const { Overlays } = await import('./overlays.ts')
      this.#overlays = new Overlays({ by: overlays, folder, writes, notify: services.notify })
    }
    if (!shared) return
    const { TrainingSync } = await import('./sync.ts')
    const { ham, spam } = classifier.exampleCounts
    this.#sync = new TrainingSync({
      services,
      ttl: featureTtl,
      readsAll: ham + spam === 0,
      ...(from !== undefined && { from }),
      ...(folder !== undefined && { folder }),
      onExample: example => void this.#apply(example, services).catch(() => undefined),
    })
  }

  async #load(kept: ConstructorParameters<typeof Persistence>[0]): Promise<void> {
    const { Persistence } = await import('../../classify/persistence.ts')
    this.#persistence = new Persistence(kept)
    await this.#persistence.load()
  }

  async stop(): Promise<void> {
    await this.#loaded?.catch(() => undefined)
    this.#sync?.stop()
    await this.#persistence?.stop()
  }

  async judge(message: Message, { findings }: PriorFindings): Promise<Findings> {
    await this.#whenLoaded()
    this.#forgetOld(message)
    const { classifier } = this.#settings
    const { extract, findingsOf } = await weighing()
    const extracted = await extract(message, findings)
    const found = features(extracted)
    const packed = pack(found)
    this.#featureCache.set(message.ref, packed)
    this.#judged.add(message.header)
    const explained = await message.callExternal('classify', async (): Promise<ExplainedJudgement> => {
      const judgement = classifier.judge(found)
      if (judgement.verdict !== 'spam') return { judgement, evidence: [] }
      const { explain } = await import('../../classify/explain.ts')
      return { judgement, evidence: explain(classifier, extracted) }
    })
    const { verdict } = explained.judgement
    this.#verdicts.add(verdict)
    this.#drift.judged(verdict === 'spam', () => [message.ref, idOfText(packed)])
    const overlaid = ((await this.#overlays?.overlaid(message.forwardPaths, found)) ?? []).map(one => ({
      ...one,
      judgement: classifier.judge(found, one.effect),
    }))
    return await findingsOf({ settings: this.#settings, message, extracted, explained, overlaid })
  }

  /**
   * Shares the features of a message with other nodes, or drops those of a deferred message. A message that was refused
   * before it was judged here has none: those under its reference are of an earlier message of the session.
   */
  keepFeatures({ ref, store, header }: Message, isDeferred: boolean): void {
    const { shared, featureTtl } = this.#settings
    const packed = this.#featureCache.get(ref)
    if (isDeferred || !this.#judged.has(header)) this.#featureCache.delete(ref)
    else if (shared && packed !== undefined) {
      // The session does not wait: without them, feedback can still contain the message itself.
      Promise.resolve(saveFeatures(store, ref, packed, featureTtl)).catch(() => undefined)
    }
  }

  async learn(example: TrainingExample): Promise<void> {
    await this.#whenLoaded()
    const logged = await loggedExample(this.#settings, example, ref => this.#featureCache.get(ref))
    if (logged === undefined) return
    this.#sync?.assertRoom()
    await this.#learnLogged(logged, example.services)
  }

  async rememberForAnswers(message: Message): Promise<void> {
    const packed = this.#featureCache.get(message.ref)
    if (packed !== undefined) await rememberMessage(message, packed, this.#settings.featureTtl)
  }

  /** What a person answers is wanted mail. */
  async learnAnswer(mail: SentMail, services: Pick<Services, 'clock' | 'notify' | 'store'>): Promise<void> {
    await this.#whenLoaded()
    const cached = (ref: string) => this.#featureCache.get(ref)
    const examples = await answerExamples(this.#settings, mail, services.store, cached)
    if (examples.length > 0) this.#sync?.assertRoom()
    for (const example of examples) await this.#learnLogged(example, services)
  }

  async #learnLogged(logged: LoggedExample, services: Pick<Services, 'clock' | 'notify'>): Promise<void> {
    const isChanged = await this.#apply(logged, services)
    // Another node may have learned what this one has not: it alone can take it back.
    if (isChanged || logged.undo) await this.#sync?.publish(logged)
  }

  metrics(): readonly Metric[] {
    return classifyMetrics(this.#settings.classifier, {
      verdicts: this.#verdicts,
      alarms: this.#drift.alarms,
      waiting: this.#sync?.waiting,
    })
  }

  /** A snapshot that could not be loaded was reported; the filter works without it. */
  async #whenLoaded(): Promise<void> {
    await this.#loaded?.catch(() => undefined)
  }

  async #apply(example: LoggedExample, services: Pick<Services, 'clock' | 'notify'>): Promise<boolean> {
    await this.#persistence?.beforeChange()
    const day = this.#forgetOld(services)
    const before = this.#overlays === undefined ? 0 : this.#marginOf(example)
    const isChanged = this.#trainingLog.apply(example, day)
    const notice = isChanged ? this.#drift.learned(example) : undefined
    if (notice !== undefined) services.notify(notice)
    if (isChanged) await this.#overlays?.learn(example, before)
    return isChanged
  }

  #marginOf(example: LoggedExample): number {
    const found = unpack(example.features, VIEWS.length)
    return found === undefined ? 0 : this.#settings.classifier.judge(found).margin
  }

  /** Once a day. @returns the day */
  #forgetOld({ clock }: Pick<Services, 'clock'>): number {
    const day = Math.floor(clock.now() / DAY)
    const { classifier, staleAfter } = this.#settings
    if (day !== this.#today) classifier.decay(day, staleAfter / DAY)
    this.#today = day
    return day
  }
}
