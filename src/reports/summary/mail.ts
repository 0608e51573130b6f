/** Writes the summary of a week as a mail. */
import type { Block } from '../../mailing/blocks.ts'
import type { Language, Mail } from '../../mailing/types.ts'
import { visible } from '../../mailing/visible.ts'
import type { StoppedAt } from './counter.ts'
import type { Counted, SummaryFigures, WeekFigures } from './figures.ts'
import { en } from './texts/en.ts'
import type { SummaryTexts } from './texts/types.ts'
import { zhCN } from './texts/zh-cn.ts'

export interface SummaryContent {
  readonly to: string
  readonly language: Language
  /** The name of the gateway. */
  readonly host: string
  /** Of which domains it tells; undefined for all. */
  readonly domains?: readonly string[]
  readonly figures: SummaryFigures
}

const TEXTS: Readonly<Record<Language, SummaryTexts>> = { en, 'zh-CN': zhCN }

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
const MAX_NAME_LENGTH = 60
const MAX_DOMAINS_LENGTH = 300

export function summaryMail({ to, language, host, domains, figures }: SummaryContent): Mail {
  const texts = TEXTS[language]
  const number = new Intl.NumberFormat(language)
  const { begin, end } = figures
  const [from, until] = [dayOf(begin), dayOf(end - DAY_MS)]
  const blocks: readonly Block[] = [
    { kind: 'heading', text: texts.heading(from, until) },
    ...(domains ? [paragraph(texts.scope(visible(domains.join(', '), MAX_DOMAINS_LENGTH)))] : []),
    ...mailBlocks(texts, number, figures),
    ...trendBlocks(texts, figures),
    ...correctionBlocks(texts, number, figures),
    ...wholeBlocks(texts, number, figures),
    { kind: 'note', text: texts.footer },
  ]
  const name = `summary/${dayOf(end)}/${to}`
  return { to, subject: texts.subject(host, from, until), blocks, name, time: end, language }
}

const paragraph = (text: string): Block => ({ kind: 'paragraph', text })

const RESULTS = ['accepted', 'quarantined', 'deferred', 'refused'] as const
const STAGES: readonly StoppedAt[] = ['connect', 'helo', 'mail', 'rcpt', 'message']

function mailBlocks(texts: SummaryTexts, number: Intl.NumberFormat, { weeks: [week], rules }: SummaryFigures) {
  if (week === undefined) return []
  const part = (count: number): string => `${number.format(count)} (${percent(count, week.recipients)})`
  // Connections and transactions belong to no domain.
  const stages = rules === undefined ? STAGES.slice(3) : STAGES
  return [
    paragraph(texts.mail),
    rows([
      [texts.recipients, number.format(week.recipients)],
      ...RESULTS.map(result => [texts.results[result], part(week[result])] as const),
    ]),
    paragraph(texts.stopped),
    rows(stages.map(stage => [texts.stoppedAt[stage], number.format(week.stopped[stage])] as const)),
  ]
}

function trendBlocks(texts: SummaryTexts, { weeks, begin }: SummaryFigures): readonly Block[] {
  if (weeks.length < 2) return []
  const lines = weeks.map(
    (week, index) =>
      [
        texts.week(dayOf(begin - index * WEEK_MS)),
        texts.weekFigures(week, percent(week.recipients - week.accepted, week.recipients)),
      ] as const,
  )
  return [paragraph(texts.trend), rows(lines)]
}

function correctionBlocks(
  texts: SummaryTexts,
  number: Intl.NumberFormat,
  { released, trained, held, rules }: SummaryFigures,
): readonly Block[] {
  const people = rules === undefined ? [] : (['ham', 'spam'] as const)
  return [
    paragraph(texts.corrected),
    rows([
      [texts.released, number.format(released)],
      ...people.map(label => [texts.trained[label], number.format(trained[label])] as const),
      ...(held === undefined ? [] : [[texts.held, number.format(held)] as const]),
    ]),
  ]
}

/** What belongs to the gateway as a whole. */
function wholeBlocks(
  texts: SummaryTexts,
  number: Intl.NumberFormat,
  { rules, load, notices }: SummaryFigures,
): readonly Block[] {
  if (rules === undefined || load === undefined || notices === undefined) return []
  const levels = (['green', 'amber', 'red'] as const).map(
    level => [texts.levels[level], texts.minutes(load[level])] as const,
  )
  const counted = (title: string, entries: readonly Counted[]): readonly Block[] => [
    paragraph(title),
    entries.length === 0
      ? paragraph(texts.none)
      : rows(entries.map(({ name, count }) => [visible(name, MAX_NAME_LENGTH), number.format(count)] as const)),
  ]
  return [...counted(texts.rules, rules), paragraph(texts.load), rows(levels), ...counted(texts.notices, notices)]
}

const rows = (given: readonly (readonly [string, string])[]): Block => ({ kind: 'rows', rows: given })

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** With one decimal; of nothing it is nothing. */
const percent = (part: number, whole: WeekFigures['recipients']): string =>
  whole === 0 ? '0 %' : `${Math.round((1_000 * part) / whole) / 10} %`
