/** Where mail is delivered to, and how that goes. */
import { Sparkline } from '../charts/sparkline.tsx'
import { Panel } from '../components/page.tsx'
import { Empty } from '../components/state.tsx'
import { type Column, Table } from '../components/table.tsx'
import { Badge } from '../components/time.tsx'
import { useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import { recent } from './judgement.ts'
import type { LivePoint } from './view.ts'

type NextHop = LivePoint['nextHops'][number]

/** The next hops of the last point, with means of the last half minute. */
export function NextHops({ points }: { readonly points: readonly LivePoint[] }) {
  const { texts, formats } = useConsole()
  const hops = points.at(-1)?.nextHops ?? []
  const rate = (name: string, of: (hop: NextHop) => number): string => {
    const value = recent(points, ({ nextHops }) => sumOf(nextHops, name, of), 30)
    return formats.tenths(value)
  }
  const columns: readonly Column<NextHop>[] = [
    {
      key: 'name',
      title: texts.live.nextHop,
      isHead: true,
      isName: true,
      cell: ({ name }) => <code>{inert(name)}</code>,
    },
    { key: 'state', title: texts.live.state, cell: ({ up }) => <HopState up={up} /> },
    {
      key: 'delivered',
      title: texts.live.delivered,
      isNumber: true,
      cell: ({ name }) => rate(name, hop => hop.delivered),
    },
    {
      key: 'failed',
      title: texts.live.notDelivered,
      isNumber: true,
      cell: ({ name }) => rate(name, hop => hop.deferred + hop.refused),
    },
    { key: 'ms', title: texts.live.latency, isNumber: true, cell: hop => <Latency points={points} hop={hop} /> },
  ]
  return (
    <Panel title={texts.live.nextHops} isFlush>
      {hops.length === 0 ? (
        <Empty title={texts.live.noNextHops} />
      ) : (
        <Table caption={texts.live.nextHops} columns={columns} rows={hops} keyOf={({ name }) => name} />
      )}
    </Panel>
  )
}

const sumOf = (hops: readonly NextHop[], name: string, of: (hop: NextHop) => number): number =>
  hops.filter(hop => hop.name === name).reduce((sum, hop) => sum + of(hop), 0)

/** In use, left alone, or not known. */
function HopState({ up }: { readonly up: boolean | null }) {
  const { texts } = useConsole()
  if (up === null) return <Badge>{texts.common.unknown}</Badge>
  return <Badge tone={up ? 'good' : 'bad'}>{up ? texts.live.up : texts.live.down}</Badge>
}

function Latency({ points, hop: { name } }: { readonly points: readonly LivePoint[]; readonly hop: NextHop }) {
  const { formats } = useConsole()
  const values = points.slice(-120).flatMap(({ nextHops }) => nextHops.find(hop => hop.name === name)?.ms ?? [])
  const last = values.at(-1)
  return (
    <span class="latency">
      {values.length > 2 && <Sparkline values={values} colour="sky" />}
      {last === undefined ? '–' : formats.duration(last)}
    </span>
  )
}
