/** The texts of digests and of the pages behind their links, one file for each language. */
import type { Language } from '../mailing/types.ts'
import { en } from './texts/en.ts'
import type { Texts } from './texts/types.ts'
import { zhCN } from './texts/zh-cn.ts'

const TEXTS: Readonly<Record<Language, Texts>> = { en, 'zh-CN': zhCN }

export const textsOf = (language: Language): Texts => TEXTS[language]
