/** Objects to HTML that hides text, asks for passwords, runs code, or is little else than a picture to click on. */

import type { HtmlReading } from '../../html/reading.ts'
import { visibleStart } from '../../mime/decode/blanks.ts'
import type { Filter } from '../../model/filter.ts'
import { quote } from '../rules/quote.ts'
import { checkedRules, type RuleOptions, type RuleSet } from '../rules/rule.ts'
import { type MessageView, messageView } from '../rules/view.ts'
import { contentFilter } from './content-filter.ts'

export interface HtmlOptions extends RuleOptions<HtmlRule> {}

export type HtmlRule = keyof typeof htmlRules.rules

/**
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
  caps: { hidden: 3.5, active: 6, picture: 3, looks: 1 },
  view: message => message.ask(messageView),
  rules: {
    'html/hidden-text': {
      group: 'hidden',
      fires: 'More text is hidden than shown, at least 600 characters: by size, colour, place or display.',
      points: 1.5,
      find: seen => {
        const hidden = sum(seen, ({ hidden }) => hiddenIn(hidden))
        const shown = solid(seen.text.visible)
        return hidden >= 600 && hidden > shown && `${hidden} characters are hidden and ${shown} are shown`
      },
    },
    'html/same-colour': {
      group: 'hidden',
      fires: 'At least 200 characters have the colour of what is behind them.',
      points: 1.2,
      max: 1,
      find: seen => {
        const count = sum(seen, ({ hidden }) => hidden['same-colour'])
        return count >= 200 && `${count} characters have the colour of what is behind them`
      },
    },
    'html/tiny': {
      group: 'hidden',
      fires: 'At least 400 characters are in a font of at most two pixels.',
      points: 1,
      find: seen => {
        const count = sum(seen, ({ hidden }) => hidden.tiny)
        return count >= 400 && `${count} characters are too small to be read`
      },
    },
    'html/split-words': {
      group: 'hidden',
      fires: 'Ten or more invisible characters stand in the visible text, or look-alike letters inside of words.',
      points: 2.5,
      find: ({ text: { counts, visible } }) => {
        const inside = visible.slice(0, 262_144).match(/[a-z][\u200b\u200c\u2060\ufeff]{1,3}[a-z]/gi)?.length ?? 0
        const { bidi, confusable } = counts
        return (
          inside + bidi + confusable >= 10 &&
          `${inside + bidi + confusable} characters in the text are there to mislead`
        )
      },
    },
    'html/comments-in-words': {
      group: 'hidden',
      fires:
        'There are many comments or needless entities for the text there is: words are cut where no reader sees it.',
      points: 1,
      max: 1,
      find: seen => {
        const needless = sum(seen, ({ counts }) => counts.needlessEntities)
        const comments = sum(seen, ({ counts }) => counts.comments)
        if (needless >= 40) return `${needless} plain letters are written as numbers`
        return comments >= 60 && comments * 15 > solid(seen.text.visible) && `${comments} comments stand in little text`
      },
    },
    'html/password': {
      group: 'active',
      fires: 'The message itself asks for a password.',
      points: 5,
      find: seen => sum(seen, ({ counts }) => counts.passwords) > 0 && 'a field in the message asks for a password',
    },
    'html/form': {
      group: 'active',
      fires: 'The message holds a form.',
      points: 1.5,
      max: 0.5,
      find: seen => sum(seen, ({ counts }) => counts.forms) > 0 && 'the message holds a form',
    },
    'html/script': {
      group: 'active',
      fires: 'The message holds a script, or attributes that run one.',
      points: 2,
      max: 1,
      find: seen => {
        const count = sum(seen, ({ counts }) => counts.scripts + counts.handlers)
        const code = seen.html.find(({ script }) => script !== '' && !/^\s*[{[]/.test(script))?.script ?? ''
        // Receipts carry data for mail programs (schema.org) in script elements.
        return (
          count > 0 &&
          (code !== '' || sum(seen, ({ counts }) => counts.handlers) > 0) &&
          `the message runs code: ${quote(code.trim(), 40)}`
        )
      },
    },
    'html/frame': {
      group: 'active',
      fires: 'The message holds a frame or an embedded object.',
      points: 1,
      find: seen =>
        sum(seen, ({ counts }) => counts.frames + counts.embeds) > 0 && 'the message holds a frame or an object',
    },
    'html/refresh': {
      group: 'active',
      fires: 'The message goes on to another page by itself.',
      points: 3,
      find: ({ links }) => {
        const link = links.all.find(({ from }) => from === 'refresh')
        return link && `the message goes on to ${quote(link.host)} by itself`
      },
    },
    'html/base': {
      group: 'active',
      fires: 'A base element changes where all other links lead.',
      points: 0.5,
      find: ({ links }) => links.all.some(({ from }) => from === 'base') && 'a base element changes where links lead',
    },
    'html/picture-only': {
      group: 'picture',
      fires: 'A picture to click on, and fewer than 60 characters of text beside it.',
      points: 1.5,
      max: 1.5,
      find: seen => {
        const pictures = sum(seen, ({ counts }) => counts.images - counts.trackers)
        const shown = solid(seen.text.visible)
        return (
          pictures > 0 &&
          seen.clicks.length > 0 &&
          shown < 60 &&
          `${pictures} pictures, ${seen.clicks.length} links and ${shown} characters of text`
        )
      },
    },
    'html/picture-alone': {
      group: 'picture',
      fires:
        'A picture in the message itself, hardly any text, and nothing to click on: what it says is in the picture.',
      points: 2,
      find: seen => {
        const inside = seen.parts.all.filter(({ contentType, size }) => contentType.startsWith('image/') && size > 5000)
        const shown = solid(seen.text.visible)
        return (
          inside.length > 0 &&
          seen.html.length > 0 &&
          seen.clicks.length === 0 &&
          shown < 40 &&
          `a picture, ${shown} characters of text and no link`
        )
      },
    },
    'html/scan-code': {
      group: 'picture',
      fires: 'The reader is told to scan a code, and a picture is in the message itself or in its HTML.',
      points: 1.5,
      find: ({ words, parts, links }) => {
        const told = SCAN.exec(words.slice(0, 10_000))?.[0]
        const picture =
          parts.all.some(({ contentType }) => contentType.startsWith('image/')) ||
          links.all.some(({ from, url }) => from === 'src' && url.startsWith('data:image'))
        return told !== undefined && picture && `the reader is told to scan a code: ${quote(told)}`
      },
    },
    'html/only': {
      group: 'looks',
      fires: 'There is HTML and no plain text beside it.',
      points: 0.3,
      max: 0.5,
      find: ({ html, text }) =>
        html.length > 0 && !text.sections.some(({ kind }) => kind === 'plain') && 'there is HTML and no plain text',
    },
    'html/broken': {
      group: 'looks',
      fires: 'A text that is declared as HTML has hardly an element.',
      points: 0.5,
      max: 0.7,
      find: ({ html }) =>
        html.some(({ counts, visible }) => counts.elements < 3 && visible.length > 200) &&
        'what is declared as HTML is none',
    },
    'html/shouting': {
      group: 'looks',
      fires: 'Large or coloured letters of the kind that `font` elements make, in a short message.',
      points: 0.5,
      max: 0.7,
      find: ({ html, shown }) => {
        const capitals = shown.slice(0, LOOKED).match(/[A-Z]/g)?.length ?? 0
        const small = shown.slice(0, LOOKED).match(/[a-z]/g)?.length ?? 0
        return (
          html.length > 0 && capitals > 100 && capitals * 2 > small && `${capitals} capitals and ${small} small letters`
        )
      },
    },
  },
} satisfies RuleSet<MessageView>

const SCAN =
  /\b(?:scan (?:the|this|below|with|your|to|qr)[a-z ]{0,30}|qr[ -]?code|escaneie o|escanear el codigo|scannez le|qr-code scannen)/

const sum = ({ html }: MessageView, count: (html: HtmlReading) => number): number =>
  html.reduce((total, reading) => total + count(reading), 0)

const hiddenIn = ({
  'not-displayed': not,
  tiny,
  'same-colour': same,
  'off-page': off,
}: HtmlReading['hidden']): number => not + tiny + same + off

/** Enough to tell much from little. */
const LOOKED = 30_000

const solid = (text: string): number =>
  visibleStart(text, LOOKED).replace(/[\s\u00ad\u200b-\u200f\u2060\ufeff]+/g, '').length
