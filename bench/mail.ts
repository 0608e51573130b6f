/** Labelled mail for measurements, from where POSTERN_DATA says, with its era and its part. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { honest, phishing } from '../test/support/modern-mail.ts'

/** Points are fitted on `train`, chosen on `validation` and reported on `test`, which is read once at the end. */
export type Part = 'train' | 'validation' | 'test'

/** `modern`: 2019 to 2024. `old`: 2001 to 2010. `apart`: nothing is fitted on it. */
export type Era = 'modern' | 'old' | 'apart'

export const MODERN = [
  'phishing-pot',
  'glitchy',
  'lists-spam',
  'lists',
  'dsn',
  'parcels',
  'reports',
  'wrapped',
  'written',
] as const
export const OLD = ['spamassassin', 'csdmc-2010'] as const
export const APART = ['trec06p', 'trec06c-head'] as const

type Modern = (typeof MODERN)[number]
export type Corpus = Modern | (typeof OLD)[number] | (typeof APART)[number]

export interface Labelled {
  readonly corpus: Corpus
  readonly era: Era
  readonly part: Part
  readonly file: string
  readonly spam: boolean
  /** Near copies have the same group; without groups, the file. */
  readonly group: string
  /** The half that is trained on: the first hex digit of the SHA-1 of the raw message is 0 to 7. */
  readonly training: boolean
  /** With CRLF, as it would come over SMTP. */
  readonly bytes: Buffer
}

interface Entry {
  readonly file: string
  readonly spam: boolean
  readonly group: string
  /** Known without reading the message. */
  readonly part?: Part
}

/** Every `step`-th message of a corpus, in the given parts. */
export function* mail(corpus: Corpus, step = 1, parts?: readonly Part[]): Generator<Labelled> {
  if (corpus === 'written') return yield* written(step, parts)
  const folder = join(tmpdir(), 'postern-data')
  execFileSync(join(resolve(process.env.POSTERN_DATA ?? '../shared/data'), 'unpack'), [folder], { stdio: 'ignore' })
  const root = join(folder, isModern(corpus) ? 'modern' : corpus)
  const { era, entries } = entriesOf(corpus, root)
  const wanted = parts === undefined ? entries : entries.filter(({ part }) => !part || parts.includes(part))
  for (const [place, { file, spam, group, part }] of wanted.entries()) {
    if (place % step !== 0) continue
    const raw = readFileSync(join(root, file))
    const training = /^[0-7]/.test(createHash('sha1').update(raw).digest('hex'))
    const itsPart = part ?? (training ? 'train' : corpus === 'spamassassin' ? 'test' : 'validation')
    if (parts && !parts.includes(itsPart)) continue
    const bytes = Buffer.from(raw.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
    yield { corpus, era, part: itsPart, file, spam, group, training, bytes }
  }
}

/** Messages of our tests, which are made up as they are written today: phishing that must be held, and honest mail. */
function* written(step: number, parts: readonly Part[] = ['train']): Generator<Labelled> {
  const all = [...honest.map(one => ({ ...one, spam: false })), ...phishing.map(one => ({ ...one, spam: true }))]
  for (const [place, { name, reversePath, bytes, spam }] of all.entries()) {
    if (place % step !== 0 || !parts.includes('train')) continue
    const file = `written/${name}`
    const path = Buffer.from(`Return-Path: <${reversePath}>\r\n`)
    const fixed = { corpus: 'written', era: 'modern', part: 'train', training: true } as const
    yield { ...fixed, file, spam, group: file, bytes: Buffer.concat([path, bytes]) }
  }
}

const isModern = (corpus: Corpus): corpus is Modern => MODERN.some(one => one === corpus)

function entriesOf(corpus: Corpus, root: string): { readonly era: Era; readonly entries: readonly Entry[] } {
  if (isModern(corpus)) return { era: 'modern', entries: modern(root, corpus) }
  if (corpus === 'spamassassin' || corpus === 'csdmc-2010') return { era: 'old', entries: sorted(root) }
  return { era: 'apart', entries: indexed(root) }
}

const sorted = (root: string): readonly Entry[] =>
  globSync('{ham,spam}/**/*.eml', { cwd: root })
    .toSorted()
    .map(file => ({ file, spam: file.startsWith('spam'), group: file }))

const indexed = (root: string): readonly Entry[] =>
  readFileSync(join(root, 'index'), 'utf8')
    .trim()
    .split('\n')
    .map((line, place) => {
      const [label = '', file = ''] = line.split(' ')
      return { file, spam: label === 'spam', group: file, part: place % 10 === 0 ? 'validation' : 'test' }
    })

function modern(root: string, corpus: Modern): readonly Entry[] {
  const [, ...lines] = readFileSync(join(root, 'index.tsv'), 'utf8').trim().split('\n')
  return lines.flatMap(line => {
    const [set, file = '', label, date = '', , group = ''] = line.split('\t')
    if (set !== corpus) return []
    return { file, spam: label !== 'ham', group, part: partOf(corpus, file, date, group) }
  })
}

/** By time for phishing, by list for lists, by group for everything else. */
function partOf(corpus: Modern, file: string, date: string, group: string): Part {
  if (corpus === 'phishing-pot') return date < '2023-07-01' ? 'train' : date < '2024' ? 'validation' : 'test'
  if (corpus === 'lists') {
    if (/lists\/(?:ltp|dm-devel)\//.test(file)) return 'train'
    return file.includes('lists/linux-cifs/') ? 'validation' : 'test'
  }
  const digit = createHash('sha1').update(group).digest('hex').charAt(0)
  return digit < '8' ? 'train' : digit < 'c' ? 'validation' : 'test'
}
