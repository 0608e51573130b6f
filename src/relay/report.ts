/** What the relay tells: a line of JSON for each session, and a few lines for a person. */
import type { Notice } from '../index.ts'

/** What must not reach a terminal or a line reader: controls, C1, bidi and other invisibles, line separators. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu

/** One line, whatever a client put into it. Reads back as the same value. */
export const jsonLine = (value: unknown): string => `${printable(JSON.stringify(value))}\n`

/** What an operator should hear of that belongs to no session. */
export const noticeLine = ({ code, reason, level }: Notice): string => `${level}: ${code}: ${printable(reason)}\n`

const printable = (text: string): string =>
  text.replace(UNSAFE, found =>
    Array.from({ length: found.length }, (_, index) => escaped(found.charCodeAt(index))).join(''),
  )

const escaped = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`

export interface Start {
  readonly listens: string
  readonly delivers: string
  readonly clamd: string
  readonly dns: string
  /** Told only where it is more than the memory of one process. */
  readonly remembers?: string
  readonly workers?: number
  readonly metrics?: string
  readonly rspamd?: string
  readonly enforce: boolean
}

/** Five lines, or as many more as there is to tell; the mode is the last. */
export const startLines = ({
  listens,
  delivers,
  clamd,
  dns,
  remembers,
  workers,
  metrics,
  rspamd,
  enforce,
}: Start): string =>
  [
    `listens on   ${listens}`,
    `delivers to  ${delivers}`,
    `clamd        ${clamd}`,
    `asks DNS of  ${dns}`,
    ...(remembers ? [`remembers in ${remembers}`] : []),
    ...(workers ? [`workers      ${workers}`] : []),
    ...(metrics ? [`metrics      ${metrics}`] : []),
    ...(rspamd ? [`Rspamd's     ${rspamd}`] : []),
    `mode         ${enforce ? 'enforce: decisions are carried out' : 'shadow: decisions are only told, see --enforce'}`,
    '',
  ].join('\n')
