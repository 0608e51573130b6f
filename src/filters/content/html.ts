/** Reports HTML that hides text, asks for passwords, runs code, or consists of a picture with a link. */

import type { Filter } from '../../model/filter.ts'
import { quote } from '../rules/quote.ts'
import { checkedRules, type RuleOptions, type RuleSet } from '../rules/rule.ts'
import { type MessageView, messageView } from '../rules/view.ts'
import { contentFilter } from './content-filter.ts'
import { hidden } from './html-hidden.ts'
import { pictures } from './html-pictures.ts'
import { sum } from './html-view.ts'
import { HTML_POINTS } from './measured-points.ts'

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
export const html = (options: HtmlOptions = {}): Filter => ({
  ...contentFilter(htmlRules, checkedRules(htmlRules, options, {})),
  start: async ({ notify }) => {
    const { canReadCodes } = await import('../../codes/reader.ts')
    if (canReadCodes()) return
    const reason = 'codes to scan (QR) are not read, because zxing-wasm is not installed; install it with npm'
    notify({ code: 'codes/absent', reason, level: 'warning' })
  },
})

/** @internal */
export const htmlRules = {
  name: 'html',
  about: 'What HTML hides, asks for and runs.',
  caps: { hidden: 4, active: 6, picture: 3, style: 1 },
  measured: HTML_POINTS,
  view: message => message.ask(messageView),
  rules: {
    ...hidden,
    'html/password-field': {
      group: 'active',
      fires: 'The message itself has a password field.',
      points: 5,
      find: seen => sum(seen, ({ counts }) => counts.passwords) > 0 && 'the message has a password field',
    },
    'html/form': {
      group: 'active',
      fires: 'The message contains a form with at least three fields to fill in; a search or a subscription has one.',
      points: 1.5,
      max: 0.5,
      find: seen => {
        const fields = sum(seen, ({ counts }) => (counts.forms > 0 ? counts.fields : 0))
        return fields >= 3 && `the message contains a form with ${fields} fields`
      },
    },
    'html/script': {
      group: 'active',
      fires: 'The message contains a script that loads, decodes or writes something, which no mail program runs.',
      points: 2,
      max: 1,
      find: ({ html }) => {
        const code = html.map(({ script }) => ACTIVE.exec(script)?.[0]).find(found => found !== undefined)
        return code !== undefined && `the message has a script: ${quote(code.trim(), 40)}`
      },
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
      fires: 'A base element changes the target of all relative links, and is not the author’s.',
      points: 0.5,
      find: ({ links, from }) => {
        const link = links.all.find(link => link.from === 'base' && link.domain !== from?.organisation)
        return link && `a base element changes the target of relative links to ${quote(link.host)}`
      },
    },
    ...pictures,
    'html/only': {
      group: 'style',
      fires: 'The message has HTML alone, and does not say that it is an alternative (`structure/no-alternative`).',
      points: 0.3,
      max: 0.5,
      find: ({ html, text, parts }) =>
        html.length > 0 &&
        !parts.all.some(({ contentType }) => contentType === 'multipart/alternative') &&
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
  },
} satisfies RuleSet<MessageView>

/** What scripts of counters and of games do not do. */
const ACTIVE =
  /(?:\b(?:window|document|self|top|parent)\.)?\blocation\s*(?:=[^=]|\.(?:href|replace|assign))[^\n]{0,40}|\batob\s*\(|\bunescape\s*\(|\beval\s*\(|fromCharCode|\bwindow\.open\b|ActiveXObject|createObjectURL/i
