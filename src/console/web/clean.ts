/** Cleans the HTML of a hostile message: what is left is text in its order, emphasised, in tables and lists. */
import DOMPurify from 'dompurify'

/** Elements that only divide and emphasise. */
const TAGS = [
  ...['a', 'abbr', 'address', 'b', 'big', 'blockquote', 'br', 'caption', 'center', 'cite', 'code', 'col', 'colgroup'],
  ...['dd', 'del', 'dfn', 'div', 'dl', 'dt', 'em', 'font', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'i', 'ins', 'kbd'],
  ...['li', 'ol', 'p', 'pre', 'q', 's', 'small', 'span', 'strike', 'strong', 'sub', 'sup', 'table', 'tbody', 'td'],
  ...['tfoot', 'th', 'thead', 'tr', 'tt', 'u', 'ul'],
]

/** Attributes that load nothing, name nothing and lead nowhere. */
const ATTRIBUTES = [
  'align',
  'border',
  'cellpadding',
  'cellspacing',
  'colspan',
  'dir',
  'lang',
  'rowspan',
  'valign',
  'width',
]

/** A whole document for a sandboxed frame. */
export function clean(html: string): string {
  const body = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    KEEP_CONTENT: true,
    FORBID_CONTENTS: ['script', 'style', 'template', 'svg', 'math', 'noscript', 'title', 'xmp', 'iframe', 'object'],
    RETURN_TRUSTED_TYPE: false,
  })
  return `<!doctype html><meta charset="utf-8"><body bgcolor="#ffffff" text="#1a2029"><font face="system-ui, sans-serif">${body}</font>`
}
