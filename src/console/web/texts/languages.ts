/** The languages of the pages. A further language is a file beside these and a line here. */
import { en, type Texts } from './en.ts'
import { zhCN } from './zh-CN.ts'

/** All languages by their tags (RFC 5646). */
export const LANGUAGES = { en, 'zh-CN': zhCN } as const satisfies Readonly<Record<string, Texts>>

/** The tag of a language. */
export type Language = keyof typeof LANGUAGES

/** The first language that a person reads, from the tags that their browser names; else `fallback`. */
export function languageFor(tags: readonly string[], fallback: Language = 'en'): Language {
  const names = Object.keys(LANGUAGES) as Language[]
  const main = (tag: string): string => tag.toLowerCase().split('-')[0] ?? ''
  for (const tag of tags) {
    const found =
      names.find(name => name.toLowerCase() === tag.toLowerCase()) ?? names.find(name => main(name) === main(tag))
    if (found) return found
  }
  return fallback
}

/** How numbers and dates are written: as the person's browser writes this language, such as `en-GB`. */
export const localeFor = (language: Language, tags: readonly string[]): string =>
  tags.find(tag => tag.toLowerCase().startsWith(`${language.toLowerCase()}-`)) ?? language
