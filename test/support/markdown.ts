/** Reads code blocks of Markdown, and prose without them. */

export interface CodeBlock {
  readonly language: string
  readonly code: string
  /** Of the first line of code, from 1. */
  readonly line: number
}

const FENCE = /^( *)(```+|~~~+)(.*)\n([\s\S]*?)^\1\2 *$/gm

export function codeBlocks(text: string): readonly CodeBlock[] {
  return Array.from(text.matchAll(FENCE), ({ 1: indent = '', 3: language = '', 4: code = '', index }) => ({
    language: language.trim(),
    code: indent === '' ? code : code.replace(new RegExp(`^${indent}`, 'gm'), ''),
    line: text.slice(0, index).split('\n').length + 1,
  }))
}

const INLINE = /(`+)(?!`)([\s\S]*?)(?<!`)\1(?!`)/g

/** Each `code` of the lines. */
export const inlineCode = (text: string): readonly string[] =>
  Array.from(text.replace(FENCE, '').matchAll(INLINE), ([, , code = '']) => code.replace(/\s+/g, ' ').trim())

/** The text without blocks of code and without `code` in lines, with the same lines. */
export const withoutCode = (text: string): string =>
  text.replace(FENCE, block => block.replace(/[^\n]/g, '')).replace(INLINE, code => code.replace(/[^\n]/g, ''))
