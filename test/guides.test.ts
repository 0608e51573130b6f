/** The configurations of the guides are right as they stand: `postern config check` finds no mistake in them. */

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { main } from '../src/cli/main.ts'
import { codeBlocks } from './support/markdown.ts'
import { entryPoints } from './support/programs.ts'
import { type Scratch, scratch } from './support/scratch.ts'

const configurations = globSync('docs/{guides,start}/*.md').flatMap(file =>
  codeBlocks(readFileSync(file, 'utf8'))
    // Whole configurations; those that import a file of the reader's are played with the page's example.
    .filter(
      ({ code }) => /from 'postern\/relay'[\s\S]*export default defineConfig\(/.test(code) && !code.includes("'./"),
    )
    .map(({ code }, index) => ({ name: `${basename(file, '.md')} ${index + 1}`, code })),
)

/** What the configurations name: by the pattern's group, each once. */
const named = (pattern: RegExp): readonly string[] => [
  ...new Set(configurations.flatMap(({ code }) => Array.from(code.matchAll(pattern), ([, name = '']) => name))),
]

/** The value of a variable that a configuration reads: its name says what it is. */
function variableValue(variable: string, key: string): string {
  if (variable === 'DKIM_KEY') return key
  if (variable === 'POSTGRES_URL') return 'postgres://postern@127.0.0.1/postern'
  if (variable === 'REDIS_URL') return 'redis://127.0.0.1'
  return variable.endsWith('_NAME') ? 'mx.example.org' : randomBytes(32).toString('base64')
}

let folder: Scratch
beforeAll(async () => {
  folder = await scratch()
  await mkdir(join(folder.path, 'etc'))
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  for (const variable of named(/process\.env\.(\w+)/g)) vi.stubEnv(variable, variableValue(variable, key))
  for (const file of named(/\/etc\/postern\/([\w.-]+)/g))
    await writeFile(join(folder.path, 'etc', file), file.endsWith('.pem') ? key : '# empty\n')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await folder.remove()
})

test('the guides have configurations', () => {
  expect(configurations.length).toBeGreaterThan(12)
})

test.for(configurations)('$name has no mistake', async ({ name, code }) => {
  const file = join(folder.path, `${name.replaceAll(' ', '-')}.ts`)
  const ours = code
    .replaceAll('/etc/postern/', `${folder.path}/etc/`)
    .replace(/'(postern(?:\/[\w/-]+)?)'/g, (found, entry: string) => `'${entryPoints.get(entry) ?? found}'`)
  await writeFile(file, ours)
  const lines: string[] = []
  const take = (line: string) => void lines.push(line)
  const status = await main(['config', 'check', file], { out: take, error: take })
  expect({ status, lines }).toEqual({ status: 0, lines: [expect.stringMatching(/: no mistakes$/)] })
})
