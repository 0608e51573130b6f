/** Real mail of the folder that POSTERN_DATA names, or the fixtures. */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SAMPLE = 400

export interface RealMail {
  /** What it is, with the mean size. */
  readonly name: string
  /** As they would come over SMTP: with CRLF. */
  readonly messages: readonly Buffer[]
  /** For each message, whether it is known to be unwanted; undefined for the fixtures. */
  readonly labels: readonly (boolean | undefined)[]
}

export function realMail(): RealMail {
  const { POSTERN_DATA: data } = process.env
  const folder = data === undefined ? join(import.meta.dirname, '../fixtures/messages') : join(tmpdir(), 'postern-data')
  if (data !== undefined) execFileSync(join(data, 'unpack'), [folder])
  const wanted = data === undefined ? '*.eml' : '{spamassassin,csdmc-2010}/**/*.eml'
  const all = globSync(wanted, { cwd: folder }).toSorted()
  const step = Math.max(1, Math.floor(all.length / SAMPLE))
  const chosen = all.filter((_, place) => place % step === 0)
  const labels = chosen.map(file => (data === undefined ? undefined : file.includes('/spam/')))
  const messages = chosen.map(file =>
    Buffer.from(readFileSync(join(folder, file), 'latin1').replace(/\r?\n/g, '\r\n'), 'latin1'),
  )
  const mean = messages.reduce((sum, { length }) => sum + length, 0) / messages.length / 1000
  const name = `${messages.length} ${data === undefined ? 'fixtures' : 'real messages'}, ${mean.toFixed(1)} KB each`
  return { name, messages, labels }
}
