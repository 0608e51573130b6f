/** The pages in Simplified Chinese keep step with the English ones: headings, code, links and figures. */
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { codeBlocks, inlineCode, withoutCode } from './support/markdown.ts'

const pages: readonly (readonly [english: string, chinese: string])[] = [
  ['README.md', 'README.zh-CN.md'],
  ...globSync('docs/start/*.md')
    .toSorted()
    .map(file => [file, `docs/zh/start/${basename(file)}`] as const),
]

const COMMENT = /^\/\*\*.*\*\/$|(?<=^|\s)(?:\/\/|#|;) .*$/gm

/** The code without what a comment says: that may be in the language of the page. */
const codeOf = (text: string): readonly string[] =>
  codeBlocks(text).map(({ language, code }) => `${language}\n${code.replace(COMMENT, '')}`)

/** The level of each heading, in order. */
const headingsOf = (text: string): readonly number[] =>
  Array.from(withoutCode(text).matchAll(/^(#+) /gm), ([, marks = '']) => marks.length)

/** The destination of each link and picture; links to the other language are left out. */
const linksOf = (text: string): readonly string[] =>
  Array.from(withoutCode(text).matchAll(/\]\(([^)]+)\)/g), ([, link = '']) => link)
    .filter(link => !link.startsWith('README'))
    .toSorted()

/** A link of a page in Chinese, which is one folder deeper and has pictures in Chinese, as its English page has it. */
const inEnglish = (link: string): string =>
  link
    .replace(/^\.\.\/(?=\.\.\/)/, '')
    .replace('docs/zh/', 'docs/')
    .replace('-zh.svg', '.svg')

/** What is written as code in a sentence, each once. */
const inlineOf = (text: string): readonly string[] => [...new Set(inlineCode(text))].toSorted()

/** The rows of each table. */
const rowsOf = (text: string): number => withoutCode(text).match(/^\|/gm)?.length ?? 0

test.for(pages)('%s has the same headings, code, links and tables in Chinese', ([english, chinese]) => {
  const [one, other] = [english, chinese].map(file => readFileSync(file, 'utf8')) as [string, string]
  expect(headingsOf(other)).toEqual(headingsOf(one))
  expect(codeOf(other)).toEqual(codeOf(one))
  expect(rowsOf(other)).toBe(rowsOf(one))
  expect(inlineOf(other)).toEqual(inlineOf(one))
  expect(linksOf(other).map(inEnglish).toSorted()).toEqual(linksOf(one))
})

test('no page in Chinese is without its English page', () => {
  expect(globSync('docs/zh/start/*.md').toSorted()).toEqual(pages.slice(1).map(([, chinese]) => chinese))
})

test('what differs is found', () => {
  const text = '# One\n\n```sh\nnode a.ts   # start\n```\n\nSee [b](b.md) and `c`.\n'
  expect(codeOf(text.replace('start', '启动'))).toEqual(codeOf(text))
  expect(codeOf(text.replace('a.ts', 'b.ts'))).not.toEqual(codeOf(text))
  expect(headingsOf(text.replace('# One', '## 一'))).not.toEqual(headingsOf(text))
  expect(linksOf(text.replace('b.md', 'd.md'))).not.toEqual(linksOf(text))
  expect(inlineOf(text.replace('`c`', '`d`'))).not.toEqual(inlineOf(text))
})
