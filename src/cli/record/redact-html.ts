/** HTML without what it says: tags, styles and the kinds of attributes stay, all else is text. */

/** Elements of mail, and those of Office (`o:p`). What looks like another tag may be an address in angle brackets. */
const TAG = new RegExp(
  `(<style\\b[^<>]*>[^<]*</style>|<!--|-->|</?(?:[movwx]:[a-z]{1,20}|${`a abbr acronym address area article aside
    audio b base big blockquote body br button caption center cite code col colgroup dd del dfn dir div dl dt em embed
    fieldset figure figcaption font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label
    legend li link main map meta nav object ol option p param path picture pre q s samp script section select small
    source span strike strong style sub sup svg table tbody td textarea tfoot th thead title tr tt u ul var video wbr`
    .split(/\s+/)
    .join('|')})(?=[\\s/>])[^<>]*>)`,
  'i',
)
/** Attributes whose values say how something looks or works. */
const KEPT = new Set(
  `width height type align valign bgcolor color border cellpadding cellspacing rel target method charset http-equiv
  colspan rowspan role dir lang size face class id`.split(/\s+/),
)
/** Attributes without a value. */
const FLAGS = new Set(
  'checked compact disabled hidden multiple nohref noshade nowrap readonly required selected'.split(' '),
)
/** Attributes whose names stay, and whose values do not. */
const VALUED =
  /^(?:style|href|src|title|alt|name|content|action|value|placeholder|background|for|xmlns(?::\w)?|on[a-z]+)$/
const ATTRIBUTE = /([^\s=<>"'/]+)(?:(\s*=\s*)("[^"]*"|'[^']*'|[^\s>]+))?/g
/** Texts, comments and addresses in a style sheet. */
const IN_STYLE = /"[^"]*"?|'[^']*'?|\/\*[\s\S]*?(?:\*\/|$)|url\([^)]*\)?/gi

/** @param replace takes names, addresses and words out of a text */
export function htmlWithout(html: string, replace: (text: string) => string): string {
  return html
    .split(TAG)
    .map((piece, index) => {
      if (index % 2 === 0) return replace(piece)
      const [, start = '', rest = ''] = /^(<\/?[\w:]+|<!--|-->)([\s\S]*)$/.exec(piece) ?? []
      const [, opened = rest, sheet = '', end = ''] = /^([^>]*>)([^<]+)(<\/style>)$/i.exec(rest) ?? []
      return start + attributes(opened) + styleWithout(sheet) + end
    })
    .join('')

  function attributes(text: string): string {
    return text.replace(ATTRIBUTE, (whole: string, name: string, sign?: string, value = '') => {
      const known = name.toLowerCase()
      if (sign === undefined) return FLAGS.has(known) ? whole : replace(whole)
      if (KEPT.has(known)) return whole
      if (!VALUED.test(known)) return replace(whole)
      if (known !== 'style') return name + sign + replace(value)
      const [, quote = '', style = ''] = /^(["']?)([\s\S]*)\1$/.exec(value) ?? []
      return name + sign + quote + styleWithout(style) + quote
    })
  }

  function styleWithout(css: string): string {
    return css.replace(IN_STYLE, found =>
      /^url\(/i.test(found) ? found.slice(0, 4) + replace(found.slice(4)) : replace(found),
    )
  }
}
