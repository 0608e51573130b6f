/**
 * What the classifier is worth on public mail, online and in order of delivery: npm run bench:classify [-- CORPUS …]
 * Reads the folder that POSTERN_DATA names. Figures are CPU; every lesson is given at once after its message was judged.
 */
import { readFileSync } from 'node:fs'
import { type Classifier, newClassifier } from '../src/classify/classifier.ts'
import { type ExtractedText, features } from '../src/classify/features.ts'
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

const chosen = process.argv.slice(2)
const corpora = ['trec06p', 'trec06c-head', 'spamassassin', 'csdmc-2010'].filter(
  name => chosen.length === 0 || chosen.includes(name),
)

/** What a site has learned that gets mail as in trec06p. */
let elsewhere: Buffer | undefined

async function measure(name: string): Promise<void> {
  const { mail, facts, features } = await readMail(name)
  console.log(`${name}: ${mail.length} messages, ${count(mail, 'ham')} of them ham`)
  console.log(`  the facts text and links ${facts.toFixed(3)} ms, features ${features.toFixed(3)} ms`)
  for (const falsePositives of [0.01, 0.005]) await tell(mail, { falsePositives })
  if (name === 'trec06p') {
    for (const wrong of [0.01, 0.05, 0.1]) await tell(mail, { falsePositives: 0.005, wrong })
    attacks(mail)
    elsewhere = taughtBy(mail).export()
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
    `  asked for ${percent(options.falsePositives)} false positives${wrong}: 1-ROCA ${(100 * found.oneMinusRoca).toFixed(4)} %, ` +
      `ham lost at 0.4 % spam missed ${percent(found.hamLost)}; called spam: ${percent(found.hamCalledSpam)} of ham, ` +
      `${percent(found.spamCalledSpam)} of spam; spam called ham ${percent(found.spamCalledHam)}; ` +
      `silent for ${found.untaught} messages; calibration error ${found.calibrationError.toFixed(4)}; ` +
      `judge and learn ${found.cost.toFixed(3)} ms; holds ${megabytes(holds)}, writes ${megabytes(found.snapshot.length)}`,
  )
}

const percent = (share: number): string => `${(100 * share).toFixed(3)} %`
const megabytes = (octets: number): string => `${(octets / 2 ** 20).toFixed(1)} MB`

function taughtBy(mail: readonly Mail[], falsePositives = 0.005): Classifier {
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

/** A site takes over what another has learned, and is taught from then on. */
function moved(mail: readonly Mail[], snapshot: Buffer): void {
  const classifier = newClassifier()
  classifier.import(snapshot)
  console.log(`  by what trec06p has taught, ${calls(classifier, mail)}`)
  for (const lessons of [20, 100]) {
    for (const label of ['ham', 'spam'] as const)
      for (const one of mail.filter(one => one.label === label).slice(0, lessons))
        classifier.learn(one.features, label, 0)
    const rest = (['ham', 'spam'] as const).flatMap(label => mail.filter(one => one.label === label).slice(lessons))
    console.log(`    after ${lessons} lessons of each kind, ${calls(classifier, rest)}`)
  }
}

/** First digits 0 to 7 teach, 8 to f are judged and teach nothing. */
function split(mail: readonly Mail[]): void {
  const [teach, judge] = [mail.filter(({ digit }) => digit < '8'), mail.filter(({ digit }) => digit >= '8')]
  for (const rate of [0.01, 0.005, 0.003]) {
    const classifier = taughtBy(teach, rate)
    const margins = judge.map(({ features }) => classifier.judge(features).margin)
    console.log(
      `  taught by half, judged on the other, asked for ${100 * rate} %: ${calls(classifier, judge)}; ` +
        `1-ROCA ${(100 * oneMinusRoca(margins, judge)).toFixed(4)} %`,
    )
  }
}

/** On a model taught with the first 10,000: what it loses, judged on the next 5,000 that it is not taught. */
function attacks(mail: readonly Mail[]): void {
  const lessons = mail.slice(0, 10_000)
  const judged = mail.slice(10_000, 15_000)
  const taught = taughtBy(lessons)
  const sound = taught.export()
  const paths = listed('trec06p')
  console.log(`  before attacks, ${calls(taught, judged)}`)
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
    console.log(`  ${messages} spams of honest words taught, ${calls(classifier, judged)}`)
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
    console.log(`  1,200 honest characters ${place} the text of each spam, ${calls(taught, salted)}`)
    const classifier = newClassifier()
    classifier.import(sound)
    for (const { features } of salted.slice(0, 20)) classifier.learn(features, 'spam', 0)
    console.log(`    after 20 lessons, ${calls(classifier, salted.slice(20))}`)
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

/** Bytes in memory. What is free is given back a little later. */
async function held(): Promise<number> {
  for (let count = 0; count < 3; count += 1) {
    globalThis.gc?.()
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

for (const name of corpora) await measure(name)
