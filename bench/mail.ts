/** Labelled mail for measurements, from where POSTERN_DATA says, split as the figures in the documents are. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface Labelled {
  readonly file: string
  readonly spam: boolean
  /** The half that is trained on: the first hex digit of the SHA-1 of the raw message is 0 to 7. */
  readonly training: boolean
  /** With CRLF, as it would come over SMTP. */
  readonly bytes: Buffer
}

export type Corpus = 'spamassassin' | 'csdmc-2010' | 'trec06p' | 'trec06c-head'

/** Every `step`-th message of a corpus. */
export function* mail(corpus: Corpus, step = 1): Generator<Labelled> {
  const folder = join(tmpdir(), 'postern-data')
  execFileSync(join(resolve(process.env.POSTERN_DATA ?? '../shared/data'), 'unpack'), [folder], { stdio: 'ignore' })
  const root = join(folder, corpus)
  const all = corpus.startsWith('trec') ? indexed(root) : sorted(root)
  for (const [place, { file, spam }] of all.entries()) {
    if (place % step !== 0) continue
    const raw = readFileSync(join(root, file))
    const training = /^[0-7]/.test(createHash('sha1').update(raw).digest('hex'))
    yield { file, spam, training, bytes: Buffer.from(raw.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1') }
  }
}

const sorted = (root: string) =>
  globSync('{ham,spam}/**/*.eml', { cwd: root })
    .toSorted()
    .map(file => ({ file, spam: file.startsWith('spam') }))

const indexed = (root: string) =>
  readFileSync(join(root, 'index'), 'utf8')
    .trim()
    .split('\n')
    .map(line => {
      const [label = '', file = ''] = line.split(' ')
      return { file, spam: label === 'spam' }
    })
