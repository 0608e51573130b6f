/** Writes the pages of the reference that are made from the code: `npm run reference`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { referencePages } from './reference/pages.ts'

const root = resolve(import.meta.dirname, '..')

for (const [path, text] of await referencePages()) {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  console.log(path)
}
