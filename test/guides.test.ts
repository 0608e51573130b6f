/** The configurations of the guides are right as they stand: `postern config check` finds no mistake in them. */

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { main } from '../src/cli/main.ts'
import { type Scratch, scratch } from './support/scratch.ts'

const configurations = globSync('docs/{guides,start}/*.md').flatMap(file =>
  Array.from(readFileSync(file, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm), ([, code = '']) => code)
    // Whole configurations; those that import a file of the reader's are played with the page's example.
    .filter(code => /from 'postern\/relay'[\s\S]*export default defineConfig\(/.test(code) && !code.includes("'./"))
    .map((code, index) => ({ name: `${basename(file, '.md')} ${index + 1}`, code })),
)

/** Variables that a configuration reads its secrets from. */
const SECRETS = ['ALERT_SECRET', 'POSTERN_QUARANTINE_KEY']

/** Files that a configuration names, where the test may write. */
const FILES = ['allowed-domains', 'denied-networks', 'recipients']

let folder: Scratch
beforeAll(async () => {
  folder = await scratch()
  await mkdir(join(folder.path, 'etc'))
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  vi.stubEnv('DKIM_KEY', key)
  for (const name of SECRETS) vi.stubEnv(name, randomBytes(32).toString('base64'))
  await writeFile(join(folder.path, 'etc', 'dkim.pem'), key)
  for (const file of FILES) await writeFile(join(folder.path, 'etc', file), '# empty\n')
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
  const relay = pathToFileURL('src/relay/index.ts').href
  const ours = code.replace("'postern/relay'", `'${relay}'`).replaceAll('/etc/postern/', `${folder.path}/etc/`)
  await writeFile(file, ours)
  const lines: string[] = []
  const take = (line: string) => void lines.push(line)
  const status = await main(['config', 'check', file], { out: take, error: take })
  expect({ status, lines }).toEqual({ status: 0, lines: [expect.stringMatching(/: no mistakes$/)] })
})
