/** The pages behind links: plain HTML without scripts, under a policy that lets nothing be loaded. */
import { createHash } from 'node:crypto'
import { escapeHtml } from '../mailing/visible.ts'

/** What a page shows. */
export interface PageContent {
  readonly language: string
  readonly title: string
  /** Names and values, from strangers too. */
  readonly rows?: readonly (readonly [name: string, value: string])[]
  readonly paragraphs: readonly string[]
  /** The only way to act. */
  readonly form?: { readonly action: string; readonly token: string; readonly button: string }
}

const STYLE = [
  ':root{color-scheme:light dark}',
  'body{margin:0;font:1.0625rem/1.5 system-ui,sans-serif}',
  'main{max-width:36rem;margin:0 auto;padding:1.5rem}',
  'h1{font-size:1.4rem}',
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}',
  'dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}',
  'button{font:inherit;padding:.6rem 1.4rem;border:0;border-radius:.4rem;background:#0b57d0;color:#fff;cursor:pointer}',
  'button:focus-visible{outline:3px solid #f9ab00;outline-offset:2px}',
].join('')

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-Robots-Tag': 'noindex, nofollow',
  'Cross-Origin-Opener-Policy': 'same-origin',
}

/** @param isHead without the page itself, as HEAD asks */
export function pageResponse(status: number, content: PageContent, isHead = false): Response {
  const page = pageOf(content)
  const headers = { ...HEADERS, 'Content-Length': String(Buffer.byteLength(page)) }
  return new Response(isHead ? null : page, { status, headers })
}

function pageOf({ language, title, rows = [], paragraphs, form }: PageContent): string {
  const list = rows.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd><bdi>${escapeHtml(value)}</bdi></dd>`)
  return [
    `<!DOCTYPE html><html lang="${escapeHtml(language)}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>`,
    `<h1>${escapeHtml(title)}</h1>`,
    ...(list.length === 0 ? [] : [`<dl>${list.join('')}</dl>`]),
    ...paragraphs.map(text => `<p>${escapeHtml(text)}</p>`),
    ...(form === undefined ? [] : [formOf(form)]),
    '</main></body></html>',
  ].join('\n')
}

const formOf = ({ action, token, button }: NonNullable<PageContent['form']>): string =>
  [
    `<form method="post" action="${escapeHtml(action)}" autocomplete="off">`,
    `<input type="hidden" name="token" value="${escapeHtml(token)}">`,
    `<button type="submit">${escapeHtml(button)}</button></form>`,
  ].join('')
