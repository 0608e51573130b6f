/** Records of a sender: how many good and bad messages, and what they mean for the next one. */
import type { Answer } from '../../api/schemas.ts'
import { Bar, goodShare } from '../components/bar.tsx'
import { type Column, Table } from '../components/table.tsx'
import { Badge, type Tone } from '../components/time.tsx'
import { useConsole } from '../context.tsx'
import { inert } from '../format.ts'

type Identity = Answer<'senders.get'>['identities'][number]

/** Tendencies beyond this are named. */
const CLEAR = 0.15

/** One line for each identity. */
export function Reputation({ identities }: { readonly identities: readonly Identity[] }) {
  const { texts, formats } = useConsole()
  const columns: readonly Column<Identity>[] = [
    {
      key: 'identity',
      title: texts.senders.identity,
      isHead: true,
      cell: one => <IdentityName identity={one.identity} />,
    },
    { key: 'good', title: texts.senders.good, isNumber: true, cell: ({ good }) => formats.tenths(good) },
    { key: 'bad', title: texts.senders.bad, isNumber: true, cell: ({ bad }) => formats.tenths(bad) },
    { key: 'share', title: texts.senders.share, cell: ({ share }) => <Share share={share} /> },
    { key: 'tendency', title: texts.senders.effect, cell: ({ tendency }) => <Tendency tendency={tendency} /> },
  ]
  return (
    <Table caption={texts.senders.reputation} columns={columns} rows={identities} keyOf={({ identity }) => identity} />
  )
}

/** The proof in words, then the name. */
function IdentityName({ identity }: { readonly identity: string }) {
  const { texts } = useConsole()
  const colon = identity.indexOf(':')
  const kind = identity.slice(0, colon)
  return (
    <span>
      <code>{inert(identity.slice(colon + 1))}</code> <span class="muted">{texts.senders.kind(kind)}</span>
    </span>
  )
}

/** The expected share of good messages as a bar and a number. */
function Share({ share }: { readonly share: number }) {
  const { formats } = useConsole()
  return (
    <span class="share">
      <Bar share={share} tone={goodShare(share, 0.8, 0.5)} />
      {formats.percent(share)}
    </span>
  )
}

function Tendency({ tendency }: { readonly tendency: number }) {
  const { texts } = useConsole()
  const tone: Tone = tendency < -CLEAR ? 'good' : tendency > CLEAR ? 'bad' : 'neutral'
  const word = { good: texts.senders.trusted, bad: texts.senders.distrusted, neutral: texts.senders.neutral }[tone]
  return <Badge tone={tone}>{word}</Badge>
}
