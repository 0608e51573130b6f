/** Reports HTML that hides text, asks for passwords, runs code, or consists of a picture with a link. */

import type { HtmlReading } from '../../html/reading.ts'
import type { Filter } from '../../model/filter.ts'
import { quote } from '../rules/quote.ts'
import { checkedRules, type RuleOptions, type RuleSet } from '../rules/rule.ts'
import { type MessageView, messageView } from '../rules/view.ts'
import { contentFilter } from './content-filter.ts'

/** Options of {@link html}. */
export interface HtmlOptions extends RuleOptions<HtmlRule> {}

/** The rules of {@link html}. */
export type HtmlRule = keyof typeof htmlRules.rules

/**
 * Reports HTML that hides text, asks for passwords, runs code, or consists of a picture with a link.
 *
 * @example
 * html({ points: { 'html/form': 'quarantine' } })
 * @throws PosternError when an option names no rule, or a consequence that makes no sense
 */
export const html = (options: HtmlOptions = {}): Filter =>
  contentFilter(htmlRules, checkedRules(htmlRules, options, {}))

/** @internal */
export const htmlRules = {
  name: 'html',
  about: 'What HTML hides, asks for and runs.',
  caps: { hidden: 3.5, active: 6, picture: 3, style: 1 },
  view: message => message.ask(messageView),
  rules: {
    'html/hidden-text': {
      group: 'hidden',
      fires:
        'More text is hidden than visible, and at least 600 characters: by font size, colour, position or display.',
      points: 1.5,
      find: seen => {
        const hidden = sum(seen, ({ hidden }) => hiddenIn(hidden))
        const shown = hidden >= 600 ? solid(seen.shown, hidden) : 0
        return hidden >= 600 && hidden > shown && `${hidden} characters are hidden and ${shown} are visible`
      },
    },
    'html/same-colour': {
      group: 'hidden',
      fires: 'At least 200 characters have the colour of their background.',
      points: 1.2,
      max: 1,
      find: seen => {
        const count = sum(seen, ({ hidden }) => hidden['same-colour'])
        return count >= 200 && `${count} characters have the colour of their background`
      },
    },
    'html/tiny-font': {
      group: 'hidden',
      fires: 'At least 400 characters are in a font of at most two pixels.',
      points: 1,
      find: seen => {
        const count = sum(seen, ({ hidden }) => hidden.tiny)
        return count >= 400 && `${count} characters are too small to read`
      },
    },
    'html/obfuscated-words': {
      group: 'hidden',
      fires: 'The visible text has ten or more invisible characters, or look-alike letters inside words.',
      points: 2.5,
      find: ({ text: { counts, visible } }) => {
        const { invisible, bidi, confusable } = counts
        // Each match has an invisible character after a Latin letter, which `invisible` counts.
        const inside =
          invisible === 0
            ? 0
            : (visible.slice(0, 262_144).match(/[a-z][\u200b\u200c\u2060\ufeff]{1,3}[a-z]/gi)?.length ?? 0)
        return (
          inside + bidi + confusable >= 10 &&
          `${inside + bidi + confusable} characters in the text are invisible or look like other letters`
        )
      },
    },
    'html/comments-in-words': {
      group: 'hidden',
      fires: 'The text is short for its many comments or unnecessary entities: they cut words where no reader sees it.',
      points: 1,
      max: 1,
      find: seen => {
        const needless = sum(seen, ({ counts }) => counts.needlessEntities)
        const comments = sum(seen, ({ counts }) => counts.comments)
        if (needless >= 40) return `${needless} plain letters are written as numeric entities`
        return (
          comments >= 60 &&
          comments * 15 > solid(seen.shown, comments * 15) &&
          `${comments} comments are in a short text`
        )
      },
    },
    'html/password-field': {
      group: 'active',
      fires: 'The message itself has a password field.',
      points: 5,
      find: seen => sum(seen, ({ counts }) => counts.passwords) > 0 && 'the message has a password field',
    },
    'html/form': {
      group: 'active',
      fires: 'The message contains a form.',
      points: 1.5,
      max: 0.5,
      find: seen => sum(seen, ({ counts }) => counts.forms) > 0 && 'the message contains a form',
    },
    'html/script': {
      group: 'active',
      fires: 'The message contains a script, or event handlers.',
      points: 2,
      max: 1,
      find: seen => {
        const count = sum(seen, ({ counts }) => counts.scripts + counts.handlers)
        const code = seen.html.find(({ script }) => script !== '' && !/^\s*[{[]/.test(script))?.script ?? ''
        // Honest receipts have data for mail programs (schema.org) in script elements.
        return (
          count > 0 &&
          (code !== '' || sum(seen, ({ counts }) => counts.handlers) > 0) &&
          `the message runs code: ${quote(code.trim(), 40)}`
        )
      },
    },
    'html/frame': {
      group: 'active',
      fires: 'The message contains a frame or an embedded object.',
      points: 1,
      find: seen =>
        sum(seen, ({ counts }) => counts.frames + counts.embeds) > 0 &&
        'the message contains a frame or an embedded object',
    },
    'html/meta-refresh': {
      group: 'active',
      fires: 'The message redirects to another page (meta refresh).',
      points: 3,
      find: ({ links }) => {
        const link = links.all.find(({ from }) => from === 'refresh')
        return link && `the message redirects to ${quote(link.host)}`
      },
    },
    'html/base-element': {
      group: 'active',
      fires: 'A base element changes the target of all relative links.',
      points: 0.5,
      find: ({ links }) =>
        links.all.some(({ from }) => from === 'base') && 'a base element changes the target of relative links',
    },
    'html/picture-only': {
      group: 'picture',
      fires: 'The message has pictures, links, and fewer than 60 characters of text.',
      points: 1.5,
      max: 1.5,
      find: seen => {
        const pictures = sum(seen, ({ counts }) => counts.images - counts.trackers)
        if (pictures <= 0 || seen.clicks.length === 0) return undefined
        const shown = solid(seen.shown, 60)
        return shown < 60 && `pictures: ${pictures}, links: ${seen.clicks.length}, characters of text: ${shown}`
      },
    },
    'html/picture-without-link': {
      group: 'picture',
      fires: 'The message has a picture attached, hardly any text and no link: its words are in the picture.',
      points: 2,
      find: seen => {
        if (seen.html.length === 0 || seen.clicks.length > 0) return undefined
        const inside = seen.parts.all.some(({ contentType, size }) => contentType.startsWith('image/') && size > 5000)
        const shown = inside ? solid(seen.shown, 40) : 0
        return inside && shown < 40 && `a picture, no link, characters of text: ${shown}`
      },
    },
    'html/qr-code': {
      group: 'picture',
      fires: 'The text asks the reader to scan a code, and the message contains a picture.',
      points: 1.5,
      find: ({ words, parts, links }) => {
        const picture =
          parts.all.some(({ contentType }) => contentType.startsWith('image/')) ||
          links.all.some(({ from, url }) => from === 'src' && url.startsWith('data:image'))
        const told = picture ? SCAN.exec(words.slice(0, 10_000))?.[0] : undefined
        return told !== undefined && `the text asks the reader to scan a code: ${quote(told)}`
      },
    },
    'html/only': {
      group: 'style',
      fires: 'The message has HTML and no plain text alternative.',
      points: 0.3,
      max: 0.5,
      find: ({ html, text }) =>
        html.length > 0 &&
        !text.sections.some(({ kind }) => kind === 'plain') &&
        'the message has HTML and no plain text alternative',
    },
    'html/no-elements': {
      group: 'style',
      fires: 'A part is declared as HTML and has fewer than three elements.',
      points: 0.5,
      max: 0.7,
      find: ({ html }) =>
        html.some(({ counts, visible }) => counts.elements < 3 && visible.length > 200) &&
        'a part is declared as HTML and has hardly any element',
    },
    'html/capitals': {
      group: 'style',
      fires: 'The text of an HTML message has more than 100 capitals, and half as many capitals as small letters.',
      points: 0.5,
      max: 0.7,
      find: ({ html, shown }) => {
        const capitals = html.length === 0 ? 0 : (shown.match(/[A-Z]/g)?.length ?? 0)
        if (capitals <= 100) return undefined
        const small = count(shown, capitals * 2, isSmall)
        return capitals * 2 > small && `${capitals} capitals and ${small} small letters`
      },
    },
  },
} satisfies RuleSet<MessageView>

const SCAN =
  /\b(?:scan (?:the|this|below|with|your|to|qr)[a-z ]{0,30}|qr[ -]?code|escaneie o|escanear el codigo|scannez le|qr-code scannen)/

const sum = ({ html }: MessageView, amount: (html: HtmlReading) => number): number =>
  html.reduce((total, reading) => total + amount(reading), 0)

const hiddenIn = ({
  'not-displayed': not,
  tiny,
  'same-colour': same,
  'off-page': off,
}: HtmlReading['hidden']): number => not + tiny + same + off

/**
 * Counts characters until there are `max` of them. A rule that compares a count reads no further: a text of 30,000
 * characters costs what its first hundred do.
 */
function count(text: string, max: number, is: (code: number) => boolean): number {
  let found = 0
  for (let at = 0; at < text.length && found < max; at += 1) if (is(text.charCodeAt(at))) found += 1
  return found
}

const isSmall = (code: number): boolean => code >= 97 && code <= 122

/** The number of visible characters, or `max` where there are more. */
const solid = (text: string, max: number): number => count(text, max, isSolid)

const isSolid = (code: number): boolean =>
  code > 32 && code < 0xa0 ? true : !/[\s\u00ad\u200b-\u200f\u2060\ufeff]/.test(String.fromCharCode(code))
