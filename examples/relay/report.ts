/** What the relay tells: a line of JSON for each session, and five lines for a person at the start. */

/** What must not reach a terminal or a line reader: controls, C1, bidi and other invisibles, line separators. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu

/** One line, whatever a client put into it. Reads back as the same value. */
export const jsonLine = (value: unknown): string =>
  `${JSON.stringify(value).replace(UNSAFE, found =>
    Array.from({ length: found.length }, (_, index) => escaped(found.charCodeAt(index))).join(''),
  )}\n`

const escaped = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`

export interface Start {
  readonly listens: string
  readonly delivers: string
  readonly clamd: string
  readonly dns: string
  readonly enforce: boolean
}

/** Five lines. */
export const startLines = ({ listens, delivers, clamd, dns, enforce }: Start): string =>
  [
    `listens on   ${listens}`,
    `delivers to  ${delivers}`,
    `clamd        ${clamd}`,
    `asks DNS of  ${dns}`,
    `mode         ${enforce ? 'enforce: decisions are carried out' : 'shadow: decisions are only told, see --enforce'}`,
    '',
  ].join('\n')
