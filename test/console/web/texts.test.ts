/** Texts of the console: every language has all of them, and each language is chosen for who reads it. */
import { expect, test } from 'vitest'
import { LANGUAGES, languageFor, localeFor } from '../../../src/console/web/texts/languages.ts'

/** Paths of all texts, with those that are functions called. */
function textsOf(value: unknown, path = ''): readonly (readonly [path: string, text: string])[] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') return [[path, String(value(7, 'two'))]]
  return Object.entries(value as Record<string, unknown>).flatMap(([key, inner]) => textsOf(inner, `${path}.${key}`))
}

const english = textsOf(LANGUAGES.en)

test.for(Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[])('%s has every text, and none is empty', language => {
  const texts = textsOf(LANGUAGES[language])
  expect(texts.map(([path]) => path).toSorted()).toEqual(english.map(([path]) => path).toSorted())
  expect(texts.filter(([, text]) => text.trim() === '')).toEqual([])
})

test('Chinese texts are Chinese, but for names that have no translation', () => {
  const latin = textsOf(LANGUAGES['zh-CN']).filter(([, text]) => !/\p{Script=Han}|^7$/u.test(text))
  expect(latin.map(([, text]) => text).filter(text => !/^[A-Z][\w-]*( [A-Z]\w*)?$/.test(text))).toEqual([])
})

test.for([
  [['zh-CN'], 'zh-CN'],
  [['zh-Hans-SG', 'en'], 'zh-CN'],
  [['EN-us'], 'en'],
  [['fr-FR', 'zh-TW', 'en'], 'zh-CN'],
  [['fr-FR'], 'zh-CN'],
  [[], 'zh-CN'],
] as const)('who reads %s is shown %s', ([tags, language]) => {
  expect(languageFor(tags, 'zh-CN')).toBe(language)
})

test('numbers and dates are those of the region that the browser names', () => {
  expect(localeFor('en', ['fr', 'en-GB', 'en-US'])).toBe('en-GB')
  expect(localeFor('en', ['zh-CN'])).toBe('en')
  expect(localeFor('zh-CN', ['zh-TW', 'en'])).toBe('zh-CN')
})
