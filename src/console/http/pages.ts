/** Answers that are no JSON: the files of the pages, and small public pages without scripts. */
import type { Asset } from '../assets.ts'
import { escaped } from '../content/sanitize.ts'

/** Headers of a file that a browser may keep for good: its path names its content. */
const IMMUTABLE = 'public, max-age=31536000, immutable'

/** A file of the pages. Only what was read at the start is there: no path leads to another file. */
export function assetAnswer(asset: Asset, request: Request): Response {
  const isBrotli = /\bbr\b/.test(request.headers.get('accept-encoding') ?? '')
  const headers = {
    'Content-Type': asset.type,
    'Cache-Control': asset.isImmutable ? IMMUTABLE : 'no-cache',
    Vary: 'Accept-Encoding',
    ...(isBrotli && { 'Content-Encoding': 'br' }),
  }
  return new Response(isBrotli ? asset.brotli : asset.body, { headers })
}

/** A small page: a title and paragraphs, as text. */
export function plainPage(
  title: string,
  paragraphs: readonly string[],
  { status = 200, language = 'en' }: { readonly status?: number; readonly language?: 'en' | 'zh-CN' } = {},
): Response {
  const body = paragraphs.map(text => `<p>${escaped(text)}</p>`).join('\n')
  const html = `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<link rel="stylesheet" href="/plain.css">
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${body}
</main>
</body>
</html>
`
  return new Response(html, { status, headers: { 'Content-Type': 'text/html; charset=utf-8' } })
}

/** The look of the small pages. */
export const PLAIN_CSS = `body{font:1rem/1.6 system-ui,sans-serif;margin:0;padding:2rem 1rem}
main{max-width:40rem;margin:0 auto}
h1{font-size:1.4rem;line-height:1.3}
`

/** Sends the browser to another page of this server; no path comes from a request. */
export const redirect = (path: string, cookie?: string): Response =>
  new Response(null, {
    status: 303,
    headers: { Location: path, ...(cookie !== undefined && { 'Set-Cookie': cookie }) },
  })
