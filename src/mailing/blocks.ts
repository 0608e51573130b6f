/** What our mails consist of, and how it is written as plain text and as simple HTML. Both say the same. */
import { escapeHtml } from './visible.ts'

/** A link; only `http:` and `https:`. */
export interface Link {
  readonly text: string
  readonly url: string
}

/** One entry of a list. */
export interface Item {
  /** The first line. */
  readonly text: string
  /** Further lines. */
  readonly details?: readonly string[]
  readonly links?: readonly Link[]
}

/**
 * A part of a mail. All text is escaped where it is written; text of strangers goes through `visible` before, so that
 * it is one line and bounded.
 */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  /** Smaller, for what is said at the end. */
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'link'; readonly link: Link }
  /** A table of names and values. */
  | { readonly kind: 'rows'; readonly rows: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'items'; readonly items: readonly Item[] }

/** The mail as plain text. */
export const textOf = (blocks: readonly Block[]): string => `${blocks.map(textBlock).join('\n\n')}\n`

function textBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${block.text}\n${'='.repeat(Math.min(Math.max(block.text.length, 3), 60))}`
    case 'paragraph':
    case 'note':
      return block.text
    case 'link':
      return textLink(block.link)
    case 'rows': {
      const width = Math.min(Math.max(...block.rows.map(([name]) => name.length), 0), 40)
      return block.rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
    }
    case 'items':
      return block.items.map(textItem).join('\n\n')
    default:
      throw block satisfies never
  }
}

const textLink = ({ text, url }: Link): string => `${text}: ${urlOf(url)}`

const textItem = ({ text, details = [], links = [] }: Item): string =>
  [`* ${text}`, ...[...details, ...links.map(textLink)].map(line => `  ${line}`)].join('\n')

/** The mail as HTML: a page without scripts, images or anything that is fetched. */
export const htmlOf = (blocks: readonly Block[], title: string, language: string): string =>
  [
    `<!DOCTYPE html><html lang="${escapeHtml(language)}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width">',
    `<title>${escapeHtml(title)}</title></head>`,
    '<body style="margin:0;padding:16px;font:16px/1.5 sans-serif;color:#1a1a1a;background:#ffffff">',
    '<div style="max-width:640px;margin:0 auto">',
    ...blocks.map(htmlBlock),
    '</div></body></html>',
  ].join('\n')

function htmlBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h1 style="font-size:20px;margin:0 0 12px">${escapeHtml(block.text)}</h1>`
    case 'paragraph':
      return `<p style="margin:0 0 12px">${escapeHtml(block.text)}</p>`
    case 'note':
      return `<p style="margin:16px 0 0;font-size:13px;color:#595959">${escapeHtml(block.text)}</p>`
    case 'link':
      return `<p style="margin:0 0 12px">${htmlLink(block.link)}</p>`
    case 'rows':
      return `<table style="border-collapse:collapse;margin:0 0 12px">${block.rows.map(htmlRow).join('')}</table>`
    case 'items':
      return `<ul style="list-style:none;margin:0;padding:0">${block.items.map(htmlItem).join('\n')}</ul>`
    default:
      throw block satisfies never
  }
}

const htmlRow = ([name, value]: readonly [string, string]): string =>
  `<tr><th scope="row" style="text-align:start;padding:2px 12px 2px 0">${escapeHtml(name)}</th>` +
  `<td style="padding:2px 0"><bdi>${escapeHtml(value)}</bdi></td></tr>`

const htmlLink = ({ text, url }: Link): string =>
  `<a href="${escapeHtml(urlOf(url))}" style="color:#0b57d0">${escapeHtml(text)}</a>`

const htmlItem = ({ text, details = [], links = [] }: Item): string =>
  [
    '<li style="margin:0 0 12px;padding:8px 0;border-bottom:1px solid #d9d9d9">',
    `<strong><bdi>${escapeHtml(text)}</bdi></strong>`,
    ...details.map(line => `<br><bdi>${escapeHtml(line)}</bdi>`),
    ...(links.length === 0 ? [] : [`<br>${links.map(htmlLink).join(' · ')}`]),
    '</li>',
  ].join('')

/** @throws Error for anything that is no address of a page: it would be a fault of ours */
function urlOf(url: string): string {
  if (!/^https?:\/\/[^\s<>"']+$/.test(url)) throw new Error(`${JSON.stringify(url.slice(0, 100))} is no URL of a page`)
  return url
}
