/**
 * Code of the documents is true: TypeScript compiles against our types, JSON and YAML can be read, commands and their
 * options exist, and what is a file of examples/ is equal to it.
 */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { findPages } from '../docs/.vitepress/pages.ts'
import { wrongCommands } from './support/docs-commands.ts'
import { compile } from './support/docs-compile.ts'
import { type CodeBlock, codeBlocks, inlineCode } from './support/markdown.ts'

const files = findPages()
  .map(({ file }) => file)
  .filter(file => file !== 'CHANGELOG.md')
const texts = Object.fromEntries(files.map(file => [file, readFileSync(file, 'utf8')]))

/** Each block says what it is; `typescript` is a declaration of the reference, which is not compiled. */
const LANGUAGES = 'ts js cjs sh json yaml ini nginx sql xml toml text typescript'.split(' ')

const wrongExample = ({ code, line }: CodeBlock): readonly string[] => {
  const file = /^(?:\/\/|#|;) ((?:examples|deploy)\/\S+)\n/.exec(code)?.[1]
  if (file === undefined) return []
  if (!existsSync(file)) return [`${line}: there is no file ${file}`]
  const text = readFileSync(file, 'utf8').trim()
  const isEqual = code.trim() === text || code.replace(/^.*\n/, '').trim() === text
  return isEqual ? [] : [`${line}: the block differs from ${file}. Copy the file into the block.`]
}

const wrongData = ({ language, code, line }: CodeBlock): readonly string[] => {
  try {
    if (language === 'json') readJson(code)
    if (language === 'yaml') parse(code)
    return []
  } catch (error) {
    return [`${line}: ${error instanceof Error ? error.message.split('\n')[0] : error}`]
  }
}

/** One value, or one on each line. */
function readJson(code: string): void {
  try {
    JSON.parse(code)
  } catch (error) {
    const lines = code.trim().split('\n')
    if (lines.length === 1 || !lines.every(line => line.startsWith('{'))) throw error
    for (const line of lines) JSON.parse(line)
  }
}

const wrongLanguage = ({ language, line }: CodeBlock): readonly string[] =>
  LANGUAGES.includes(language) ? [] : [`${line}: the language is "${language}", and not one of ${LANGUAGES.join(', ')}`]

test.for(files)('the blocks of code in %s have a language, can be read, and are equal to their examples', file => {
  const blocks = codeBlocks(texts[file] ?? '')
  const check = file.startsWith('docs/') || file.startsWith('README') ? wrongLanguage : (): readonly string[] => []
  expect(blocks.flatMap(block => [...check(block), ...wrongExample(block), ...wrongData(block)])).toEqual([])
})

test.for(files)('the commands in %s exist, and have the options that are written there', async file => {
  const text = texts[file] ?? ''
  const scripts = codeBlocks(text).filter(({ language }) => language === 'sh')
  const inline = inlineCode(text).filter(code => /^(?:npx )?(?:postern [a-z]|npm run )/.test(code))
  expect(await wrongCommands([...scripts.map(({ code }) => code), ...inline].join('\n'))).toEqual([])
})

/** A page that is not there, with faults that the compiler must find. */
const FALSE_PAGE = [
  "```ts\nimport { postern } from 'postern'\nconst gate = postern({ filtres: [] })\n```",
  '```ts\n// …\ngate.close(1, 2, 3, 4)\n```',
  "```ts\nimport { none } from 'postern/none'\n```",
  "```js\nimport { defineConfig } from 'postern/relay'\nexport default defineConfig({ hostname: 1 })\n```",
  '```ts\nconst half = {\n```',
].join('\n\n')

describe('TypeScript of the documents compiles', () => {
  const problems = compile({ ...texts, 'docs/false.md': FALSE_PAGE })

  test.for(files)('in %s', file => {
    expect(problems.get(file) ?? []).toEqual([])
  })

  test('and false code is found: types, missing names, syntax, and where the block above is continued', () => {
    const lines = problems.get('docs/false.md')?.map(problem => Number.parseInt(problem, 10))
    expect(new Set(lines)).toEqual(new Set([3, 8, 12, 17, 21]))
    expect([...problems].filter(([file]) => !files.includes(file) && file !== 'docs/false.md')).toEqual([])
  })
})

test.for([
  ['postern sevre --config a.ts', 'postern sevre: no such command'],
  ['sudo -u mail npx postern serve --next-hope a:25', 'postern serve --next-hope: no such option'],
  ['cd /srv && postern list \\\n  ad bob@example.org', 'postern list ad: no such action'],
  ['npm run sit', 'npm run sit: package.json has no such script'],
  ['node examples/none.ts', 'node examples/none.ts: there is no such file'],
  ['npm start -- --none', 'postern serve --none: no such option'],
] as const)('a command that does not exist is found: %s', async ([script, wrong]) => {
  expect(await wrongCommands(script)).toEqual([wrong])
})

test('commands that exist are not found wrong', async () => {
  const script = `npm install postern   # and then
$ npx postern serve --next-hop 127.0.0.1:2525 --enforce
POSTERN_IMAP_PASSWORD=x postern learn --state a --from imaps://bob@example.org | tee log
postern replay recordings --config a.ts --redact b
postern config check && postern quarantine release K3 --recipient bob@example.org
postern --version`
  expect(await wrongCommands(script)).toEqual([])
})
