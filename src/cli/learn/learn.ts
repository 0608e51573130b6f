/** `postern learn`: trains a classifier from mailboxes, and reports what it would have caught and held. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Classifier, newClassifier } from '../../classify/classifier.ts'
import { checkpoint, Persistence, rollBack } from '../../classify/persistence.ts'
import { errorText, PosternError } from '../../model/errors.ts'
import type { Label } from '../../model/feedback.ts'
import { isRecord } from '../../model/options.ts'
import { type Notice, systemClock } from '../../model/services.ts'
import type { Output } from '../output.ts'
import { Outlook } from './outlook.ts'
import { picture } from './picture.ts'
import { type Progress, readProgress, removeProgress, writeProgress } from './progress.ts'
import { ProgressLine } from './progress-line.ts'
import { reportLines } from './report.ts'
import type { Source } from './source.ts'
import { type OpenSources, openSources, type SourceOptions } from './sources.ts'
import { Trainer } from './trainer.ts'

/** What to train, and from which mail. */
export interface LearnJob extends SourceOptions {
  /** The folder of `classify({ folder })`. */
  readonly state: string
  /** Restores the newest checkpoint, and trains nothing. */
  readonly rollback: boolean
  /** Begins anew where an earlier run was interrupted. */
  readonly fresh: boolean
  /** The file of the picture. @default learn-report.svg in the folder */
  readonly report?: string
  readonly output: Output
  /** Aborts between two messages; what was learned is saved. */
  readonly signal: AbortSignal
}

/** @returns the exit status: 1 where the run did not come to its end */
export async function learnAll(job: LearnJob): Promise<number> {
  const { state, rollback, output } = job
  if (rollback) {
    const name = await rollBack(state)
    // An interrupted run has learned on what is no longer there.
    if (name !== undefined) await removeProgress(state)
    output.out(name === undefined ? `there is no checkpoint in ${state}` : `restored ${name}`)
    return name === undefined ? 1 : 0
  }
  const opened = await openSources(job)
  try {
    return await new LearnRun(job, opened).run()
  } finally {
    await opened.close()
  }
}

/** After so many messages, what was learned is saved, so that an interrupted run loses little. */
const SAVE_EVERY = 500

/** One kind of mail, of which the sources are read one after another. */
interface Side {
  readonly label: Label
  readonly messages: AsyncGenerator<{ readonly source: Source; readonly bytes: Buffer; readonly position: string }>
  readonly size: number
  read: number
  ended: boolean
}

class LearnRun {
  readonly #job: LearnJob
  readonly #sources: readonly Source[]
  readonly #classifier: Classifier = newClassifier()
  readonly #outlook = new Outlook(this.#classifier.falsePositives)
  readonly #persistence: Persistence
  readonly #positions: Record<string, string> = {}
  /** What can be undone by the gateway, and where it has stopped to read: kept as it is. */
  #companion: object = {}
  #failed = 0
  #earlier = 0
  /** The snapshot was damaged: what an interrupted run had learned is gone with it. */
  #isDamaged = false
  /** Why a source can no longer be read. */
  #broken: { readonly error: unknown } | undefined

  constructor(job: LearnJob, { sources }: OpenSources) {
    this.#job = job
    this.#sources = sources
    const companion = {
      save: () => this.#companion,
      load: (kept: unknown) => {
        this.#companion = isRecord(kept) ? kept : {}
      },
    }
    const services = { clock: systemClock, notify: this.#notify }
    this.#persistence = new Persistence({ folder: job.state, classifier: this.#classifier, companion, services })
  }

  async run(): Promise<number> {
    const { state, fresh, output } = this.#job
    await mkdir(state, { recursive: true })
    await this.#persistence.load()
    const progress = fresh || this.#isDamaged ? undefined : await this.#interrupted()
    if (progress === undefined) await checkpoint(state, this.#classifier, Date.now())
    else {
      Object.assign(this.#positions, progress.positions)
      this.#outlook.import(progress.outlook)
      this.#earlier = progress.trained.ham + progress.trained.spam
      output.out(`an interrupted run goes on after ${this.#earlier} messages; --fresh begins anew`)
    }
    const trainer = new Trainer(this.#classifier, this.#outlook, this.#notify)
    Object.assign(trainer.trained, progress?.trained)
    try {
      const isWhole = await this.#train(trainer)
      await this.#save(trainer)
      if (!isWhole) {
        output.out(`interrupted after ${total(trainer)} messages, which are saved: the same command goes on`)
        if (this.#broken !== undefined) throw this.#broken.error
        return 1
      }
      await removeProgress(state)
      await this.#report(trainer)
      return 0
    } finally {
      await trainer.close()
    }
  }

  async #interrupted(): Promise<Progress | undefined> {
    const progress = await readProgress(this.#job.state)
    if (progress !== 'damaged') return progress
    this.#job.output.error('where an interrupted run has ended cannot be read: this run begins with the first message')
    return undefined
  }

  readonly #notify = ({ code, reason }: Notice): void => {
    if (code === 'classify/load') this.#isDamaged = true
    this.#job.output.error(reason)
  }

  /** @returns false when it was interrupted, by the user or by a source that broke */
  async #train(trainer: Trainer): Promise<boolean> {
    const { output, signal } = this.#job
    const sides = (['ham', 'spam'] as const).map(label => this.#side(label))
    const line = new ProgressLine(
      output,
      sides.reduce((sum, { size }) => sum + size, 0),
    )
    for (let count = 1; ; count += 1) {
      // The side that is behind: a model that sees all ham first would take the rest for spam.
      const [side] = sides.filter(({ ended }) => !ended).toSorted((a, b) => a.read / a.size - b.read / b.size)
      if (side === undefined) break
      if (signal.aborted) return false
      const next = await side.messages.next().catch((error: unknown) => {
        this.#broken = { error }
      })
      if (next === undefined) return false
      if (next.done) {
        side.ended = true
        continue
      }
      await this.#learn(trainer, next.value.bytes, side.label)
      this.#positions[next.value.source.name] = next.value.position
      line.update(
        sides.reduce((sum, { read }) => sum + read, 0),
        trainer.trained,
      )
      if (count % SAVE_EVERY === 0) await this.#save(trainer)
    }
    line.end()
    return true
  }

  #side(label: Label): Side {
    const sources = this.#sources.filter(source => source.label === label)
    const size = sources.reduce((sum, source) => sum + source.size, 0)
    const count = (read: number): void => {
      side.read += read
    }
    const side: Side = { label, size, read: 0, ended: false, messages: this.#messagesOf(sources, count) }
    return side
  }

  async *#messagesOf(sources: readonly Source[], onRead: (size: number) => void) {
    for (const source of sources) {
      for await (const { bytes, position, size } of source.messages(this.#positions[source.name])) {
        onRead(size)
        yield { source, bytes, position }
      }
    }
  }

  async #learn(trainer: Trainer, bytes: Buffer, label: Label): Promise<void> {
    try {
      await trainer.learn(bytes, label)
    } catch (cause) {
      this.#failed += 1
      this.#job.output.error(`a message was skipped: ${errorText(cause)}`)
    }
  }

  /** The snapshot comes first: a run that is killed between the two repeats some messages, and loses none. */
  async #save(trainer: Trainer): Promise<void> {
    const { generation } = this.#classifier
    await this.#persistence.save()
    if (this.#classifier.generation !== generation) {
      const expected = 'no other process that writes the classifier meanwhile'
      const remedy = 'give the same command again: it goes on after what was saved last'
      throw new PosternError([{ path: '--state', found: 'a newer snapshot of another process', expected, remedy }])
    }
    const { ham, spam } = trainer.trained
    const trained = { ham, spam }
    await writeProgress(this.#job.state, { positions: this.#positions, trained, outlook: this.#outlook.export() })
  }

  async #report(trainer: Trainer): Promise<void> {
    const { state, output, report = join(state, 'learn-report.svg') } = this.#job
    const { ham, spam } = this.#classifier.exampleCounts
    const { trained } = trainer
    const left = [
      ...(trained.copies > 0 ? [`${trained.copies} copies`] : []),
      ...(this.#failed > 0 ? [`${this.#failed} skipped`] : []),
    ]
    const without = left.length > 0 ? `, ${left.join(', ')}` : ''
    output.out(`trained with ${trained.ham} ham and ${trained.spam} spam${without}; ${ham} and ${spam} in all`)
    const lines = reportLines(this.#outlook, this.#classifier.falsePositives)
    for (const line of lines) output.out(line)
    await writeFile(
      report,
      picture(
        this.#outlook.judged,
        this.#outlook.threshold,
        lines.slice(1, 3).map(line => line.trim()),
      ),
    )
    output.out(`picture: ${report}`)
  }
}

const total = ({ trained }: Trainer): number => trained.ham + trained.spam
