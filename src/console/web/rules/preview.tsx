/** What other points would have done in the last days. */
import type { Answer } from '../../api/schemas.ts'
import { Link } from '../components/link.tsx'
import { type Column, Table } from '../components/table.tsx'
import { Badge, Time, VerdictBadge } from '../components/time.tsx'
import { useConsole } from '../context.tsx'
import { inert } from '../format.ts'

type PreviewAnswer = Answer<'rules.preview'>
type Changes = PreviewAnswer['all']
type Example = PreviewAnswer['examples'][number]

/** Counts of all recipients, those that people corrected, and examples. */
export function Preview({ answer, points }: { readonly answer: PreviewAnswer; readonly points: number }) {
  const { texts, formats } = useConsole()
  const { all, calledHam, calledSpam, examples, isPartial } = answer
  return (
    <section class="preview" aria-label={texts.rules.previewTitle(formats.points(points))}>
      <h3>{texts.rules.previewTitle(formats.points(points))}</h3>
      <p role="status">
        {texts.rules.previewed(all.examined, sumOf(all))}
        {isPartial && ` ${texts.rules.previewPartial}`}
      </p>
      <ChangeList title={texts.rules.allMail} changes={all} />
      <ChangeList title={texts.rules.calledHam} changes={calledHam} />
      <ChangeList title={texts.rules.calledSpam} changes={calledSpam} />
      {examples.length > 0 && <Examples examples={examples} />}
    </section>
  )
}

const sumOf = ({ changed }: Changes): number => changed.reduce((sum, { count }) => sum + count, 0)

function ChangeList({ title, changes: { examined, changed } }: { readonly title: string; readonly changes: Changes }) {
  const { texts, formats } = useConsole()
  if (examined === 0) return null
  return (
    <div class="changes">
      <h4>{title}</h4>
      {changed.length === 0 ? (
        <p class="muted">{texts.rules.unchanged}</p>
      ) : (
        <ul>
          {changed.map(({ from, to, count }) => (
            <li key={`${from} ${to}`}>
              <strong>{formats.whole(count)}</strong> <VerdictBadge verdict={from} />
              <span aria-hidden="true">→</span>
              <span class="hidden">{texts.rules.becomes}</span> <VerdictBadge verdict={to} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function Examples({ examples }: { readonly examples: readonly Example[] }) {
  const { texts, formats } = useConsole()
  const columns: readonly Column<Example>[] = [
    {
      key: 'from',
      title: texts.live.from,
      isHead: true,
      isName: true,
      cell: ({ ref, from, reversePath }) => (
        <Link to="message" params={{ ref }}>
          {inert((from ?? reversePath) || texts.common.nullSender, 80)}
        </Link>
      ),
    },
    { key: 'to', title: texts.live.to, isName: true, cell: ({ recipient }) => inert(recipient, 80) },
    { key: 'time', title: texts.charts.time, cell: ({ time }) => <Time time={time} /> },
    {
      key: 'verdict',
      title: texts.live.verdict,
      cell: ({ verdict, to }) => (
        <span class="change">
          <VerdictBadge verdict={verdict} /> → <VerdictBadge verdict={to} />
        </span>
      ),
    },
    {
      key: 'score',
      title: texts.live.score,
      isNumber: true,
      cell: ({ score, newScore }) => `${formats.score(score)} → ${formats.score(newScore)}`,
    },
    { key: 'label', title: texts.rules.people, cell: ({ label }) => <Label label={label} /> },
  ]
  return (
    <Table
      caption={texts.rules.examples}
      columns={columns}
      rows={examples}
      keyOf={({ ref, transaction, recipient }) => `${ref} ${transaction} ${recipient}`}
    />
  )
}

function Label({ label }: { readonly label: Example['label'] | undefined }) {
  const { texts } = useConsole()
  if (label === undefined) return <span class="muted">–</span>
  return (
    <Badge tone={label === 'ham' ? 'good' : 'bad'}>{label === 'ham' ? texts.rules.wanted : texts.rules.isSpam}</Badge>
  )
}
