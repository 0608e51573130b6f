/**
 * What the classifier is worth on public mail, online and in order of delivery: npm run bench:classify [-- CORPUS …]
 * Reads the folder that POSTERN_DATA names. Figures are CPU; each message is learned directly after it was judged.
 */
import { readFileSync } from 'node:fs'
import { type Classifier, newClassifier } from '../src/classify/classifier.ts'
import { type ExtractedText, features } from '../src/classify/features.ts'
import { hamPointsFor, spamPointsFor } from '../src/filters/classify/finding.ts'
import { headerOf } from '../src/mime/header/collect.ts'
import type { Label } from '../src/model/feedback.ts'
import {
  count,
  crlf,
  listed,
  type Mail,
  newDice,
  type OnlineOptions,
  oneMinusRoca,
  online,
  readMail,
} from './classify-mail.ts'
import { modernStream, type Streamed } from './classify-modern.ts'

const chosen = process.argv.slice(2)
const corpora = ['trec06p', 'trec06c-head', 'spamassassin', 'csdmc-2010'].filter(
  name => chosen.length === 0 || chosen.includes(name),
)

/** The model of a site that gets mail as in trec06p. */
let elsewhere: Buffer | undefined

async function measure(name: string): Promise<void> {
  const { mail, facts, features } = await readMail(name)
  console.log(`${name}: ${mail.length} messages, ${count(mail, 'ham')} of them ham`)
  console.log(`  the facts text and links ${facts.toFixed(3)} ms, features ${features.toFixed(3)} ms`)
  for (const falsePositives of [0.01, 0.005]) await tell(mail, { falsePositives })
  if (name === 'trec06p') {
    for (const wrong of [0.01, 0.05, 0.1]) await tell(mail, { falsePositives: 0.005, wrong })
    attacks(mail)
    elsewhere = trainedOn(mail).export()
  } else if (elsewhere !== undefined) moved(mail, elsewhere)
  if (name === 'spamassassin') split(mail)
}

async function tell(mail: readonly Mail[], options: OnlineOptions): Promise<void> {
  const found = online(mail, options)
  const before = await held()
  const copy = newClassifier()
  copy.import(found.snapshot)
  const holds = (await held()) - before
  if (copy.exampleCounts.ham + copy.exampleCounts.spam !== mail.length)
    throw new Error('a snapshot is not what it was made of')
  const wrong = options.wrong === undefined ? '' : `, ${percent(options.wrong)} of labels wrong`
  console.log(
    `  target ${percent(options.falsePositives)} false positives${wrong}: 1-ROCA ${(100 * found.oneMinusRoca).toFixed(4)} %, ` +
      `ham lost at 0.4 % spam missed ${percent(found.hamLost)}; judged as spam: ${percent(found.hamCalledSpam)} of ham, ` +
      `${percent(found.spamCalledSpam)} of spam; spam judged as ham ${percent(found.spamCalledHam)}; ` +
      `no verdict for ${found.untrained} messages; calibration error ${found.calibrationError.toFixed(4)}; ` +
      `judge and learn ${found.cost.toFixed(3)} ms; memory ${megabytes(holds)}, snapshot ${megabytes(found.snapshot.length)}`,
  )
}

const percent = (share: number): string => `${(100 * share).toFixed(3)} %`
const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`

function trainedOn(mail: readonly Mail[], falsePositives = 0.005): Classifier {
  const classifier = newClassifier({ falsePositives })
  for (const { label, features } of mail) classifier.learn(features, label, 0)
  return classifier
}

const calls = (classifier: Classifier, list: readonly Mail[]): string => {
  const called = list.filter(({ features }) => classifier.judge(features).verdict === 'spam')
  const of = (label: Label) =>
    `${((100 * count(called, label)) / Math.max(count(list, label), 1)).toFixed(2)} % of ${label}`
  return `called spam: ${of('ham')}, ${of('spam')}`
}

/** A site starts with the model of another site, and is trained from then on. */
function moved(mail: readonly Mail[], snapshot: Buffer): void {
  const classifier = newClassifier()
  classifier.import(snapshot)
  console.log(`  with the model of trec06p, ${calls(classifier, mail)}`)
  for (const examples of [20, 100]) {
    for (const label of ['ham', 'spam'] as const)
      for (const one of mail.filter(one => one.label === label).slice(0, examples))
        classifier.learn(one.features, label, 0)
    const rest = (['ham', 'spam'] as const).flatMap(label => mail.filter(one => one.label === label).slice(examples))
    console.log(`    after ${examples} examples of each kind, ${calls(classifier, rest)}`)
  }
}

/** Messages with first digits 0 to 7 are learned, those with 8 to f are only judged. */
function split(mail: readonly Mail[]): void {
  const [training, judge] = [mail.filter(({ digit }) => digit < '8'), mail.filter(({ digit }) => digit >= '8')]
  for (const rate of [0.01, 0.005, 0.003]) {
    const classifier = trainedOn(training, rate)
    const margins = judge.map(({ features }) => classifier.judge(features).margin)
    console.log(
      `  trained on half, tested on the other, target ${100 * rate} %: ${calls(classifier, judge)}; ` +
        `1-ROCA ${(100 * oneMinusRoca(margins, judge)).toFixed(4)} %`,
    )
  }
}

/** Attacks on a model of the first 10,000 messages, tested on the next 5,000, which it does not learn. */
function attacks(mail: readonly Mail[]): void {
  const examples = mail.slice(0, 10_000)
  const judged = mail.slice(10_000, 15_000)
  const trained = trainedOn(examples)
  const sound = trained.export()
  const paths = listed('trec06p')
  console.log(`  before attacks, ${calls(trained, judged)}`)
  const honest = paths.slice(0, 2_000).filter(([label]) => label === 'ham')
  const words = honest.map(([, path]) => bodyOf(readFileSync(path)))
  for (const messages of [100, 300]) {
    const classifier = newClassifier()
    classifier.import(sound)
    const dice = newDice()
    for (let index = 0; index < messages; index += 1) {
      const text = Array.from({ length: 12 }, () => slice(words[Math.floor(dice() * words.length)] ?? '', dice)).join(
        '\n',
      )
      classifier.learn(features(plain('Great offer', text)), 'spam', 0)
    }
    console.log(`  ${messages} spams of honest words learned, ${calls(classifier, judged)}`)
  }
  const spam = paths.slice(10_000, 12_000).filter(([label]) => label === 'spam')
  for (const place of ['before', 'behind'] as const) {
    const dice = newDice()
    const salted = spam.map(([, path]): Mail => {
      const raw = readFileSync(path)
      const good = Array.from({ length: 4 }, () => slice(words[Math.floor(dice() * words.length)] ?? '', dice)).join(
        '\n',
      )
      const seen = plain(subjectOf(raw), place === 'before' ? `${good}\n${bodyOf(raw)}` : `${bodyOf(raw)}\n${good}`)
      return { label: 'spam', digit: '', features: features({ ...seen, header: headerOf(crlf(raw)) }) }
    })
    console.log(`  1,200 honest characters ${place} the text of each spam, ${calls(trained, salted)}`)
    const classifier = newClassifier()
    classifier.import(sound)
    for (const { features } of salted.slice(0, 20)) classifier.learn(features, 'spam', 0)
    console.log(`    after 20 examples, ${calls(classifier, salted.slice(20))}`)
  }
}

const slice = (text: string, dice: () => number): string => {
  const start = Math.floor(dice() * Math.max(text.length - 300, 1))
  return text.slice(start, start + 300)
}

/** A message whose visible text is its body. */
function plain(subject: string, text: string): ExtractedText {
  const header = headerOf(Buffer.from(`From: a@example.com\r\nTo: b@example.org\r\nSubject: ${subject}\r\n\r\n`))
  return { header, text, urls: [], head: Buffer.from(text).subarray(0, 3_500) }
}

const bodyOf = (raw: Buffer): string =>
  raw.toString('latin1').replaceAll('\r\n', '\n').split('\n\n').slice(1).join('\n\n')
const subjectOf = (raw: Buffer): string => /^subject:(.*)$/im.exec(raw.toString('latin1'))?.[1]?.trim() ?? ''

/** Every second message of modern mail: with traits and without them, with the other filters and alone. */
async function measureModern(): Promise<void> {
  for (const world of ['route', 'content'] as const) {
    const stream = await modernStream(world, 2)
    const { length } = stream
    console.log(`modern mail, ${world === 'route' ? 'with its sessions' : 'content alone'}: ${length} messages`)
    for (const kind of ['textAlone', 'features'] as const) {
      const margins = streamed(stream, kind)
      const of = (chosen: (one: Streamed) => boolean) => {
        const places = stream.flatMap((one, index) => (chosen(one) ? [index] : []))
        const mail = places.map(index => stream[index] as Streamed)
        return oneMinusRoca(
          places.map(index => margins[index]?.margin ?? 0),
          mail,
        )
      }
      const late = stream.slice(200).map((one, index) => ({ ...one, ...margins[index + 200] }))
      const caught = (label: Label) => percent(shareOf(late, label, one => one.score + (one.points ?? 0) >= 6))
      console.log(
        `  ${kind === 'features' ? 'with traits' : 'text alone'}: 1-ROCA ${percent(of(() => true))}, of the validation ` +
          `part ${percent(of(({ part }) => part === 'validation'))}, without lists ${percent(of(({ corpus }) => corpus !== 'lists'))}; ` +
          `with all filters, after 200 messages: ${caught('spam')} of spam and ${caught('ham')} of ham held`,
      )
    }
  }
}

interface Margin {
  readonly margin: number
  readonly points: number
}

/** Each message judged, then learned. */
function streamed(stream: readonly Streamed[], kind: 'features' | 'textAlone'): readonly Margin[] {
  const classifier = newClassifier()
  return stream.map(one => {
    const judgement = classifier.judge(one[kind])
    const points = judgement.verdict === 'spam' ? spamPointsFor(judgement, 6) : 0
    classifier.learn(one[kind], one.label, 0)
    return { margin: judgement.margin, points: judgement.verdict === 'ham' ? -hamPointsFor(judgement, 2) : points }
  })
}

function shareOf<T extends { readonly label: Label }>(
  list: readonly T[],
  label: Label,
  is: (one: T) => boolean,
): number {
  const those = list.filter(one => one.label === label)
  return those.filter(is).length / Math.max(those.length, 1)
}

/** Bytes in memory. The collector frees them a little later. */
async function held(): Promise<number> {
  for (let count = 0; count < 3; count += 1) {
    globalThis.gc?.()
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

for (const name of corpora) await measure(name)
if (chosen.length === 0 || chosen.includes('modern')) await measureModern()
