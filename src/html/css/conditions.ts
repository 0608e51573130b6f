/** Blocks of a style sheet that apply to every reader: `@media screen`, `@layer`, `@supports (display: block)`. */

/** @param prelude what stands before the brace, from the `@` on */
export function appliesToAll(prelude: string): boolean {
  const [, name = '', rest = ''] = /^@([a-z-]{1,20})\s*(.{0,1000})/is.exec(prelude) ?? []
  switch (name.toLowerCase()) {
    case 'layer':
      return !rest.includes(',')
    case 'supports':
      return SUPPORTED.test(rest.trim())
    case 'media':
      return rest.split(',').some(query => isAlwaysTrue(query.trim().toLowerCase()))
    default:
      return false
  }
}

/** What all browsers support. */
const SUPPORTED =
  /^\(\s*(?:display\s*:\s*(?:block|none|inline|flex|grid)|color|opacity|width|height|margin|padding)\b[^()]*\)$/i

function isAlwaysTrue(query: string): boolean {
  const parts = query
    .replace(/^only\s/, '')
    .split(/\sand\s/)
    .map(part => part.trim())
  return parts.every(part => part === 'all' || part === 'screen' || isWide(part))
}

/** Every screen has 320 pixels, and none has 5,000. */
function isWide(condition: string): boolean {
  const [, bound, digits = ''] =
    /^\(\s*(min|max)-(?:device-)?(?:width|height)\s*:\s*([\d.]{1,8})[a-z]{0,3}\s*\)$/.exec(condition) ?? []
  if (bound === undefined) return false
  return bound === 'min' ? Number(digits) <= 320 && !condition.includes('em') : Number(digits) >= 5000
}
