/** The numbers of the moment, each with its last minutes. */

import type { Colour } from '../charts/series.ts'
import { Sparkline } from '../charts/sparkline.tsx'
import { useConsole } from '../context.tsx'
import { recent, refusals } from './judgement.ts'
import type { LivePoint } from './view.ts'

/** Points of a small line. */
const SHOWN = 120

interface TileProps {
  readonly title: string
  readonly value: string
  /** A word more, below the value. */
  readonly note?: string
  readonly values: readonly number[]
  readonly colour: Colour
  readonly max?: number
}

/** One number. */
const Tile = ({ title, value, note, values, colour, max }: TileProps) => (
  <li class="tile">
    <p class="tile-title">{title}</p>
    <p class="tile-value">{value}</p>
    <p class="tile-note muted">{note ?? ' '}</p>
    <Sparkline values={values} colour={colour} {...(max !== undefined && { max })} />
  </li>
)

/** Sessions, verdicts a second, load. */
export function Tiles({ points }: { readonly points: readonly LivePoint[] }) {
  const { texts, formats } = useConsole()
  const shown = points.slice(-SHOWN)
  const last = points.at(-1)
  const rate = (of: (point: LivePoint) => number) => ({
    // One a second is the least height: a trickle must not look like a flood.
    max: 1,
    value: texts.live.perSecond(formats.tenths(recent(points, of))),
    values: shown.map(of),
  })
  return (
    <ul class="tiles">
      <Tile
        title={texts.live.sessions}
        value={formats.whole(last?.sessions.open ?? 0)}
        note={texts.live.opened(formats.tenths(recent(points, ({ sessions }) => sessions.opened)))}
        values={shown.map(({ sessions }) => sessions.open)}
        colour="grey"
      />
      <Tile title={texts.verdicts.accept} colour="green" {...rate(({ verdicts }) => verdicts.accept)} />
      <Tile title={texts.verdicts.quarantine} colour="orange" {...rate(({ verdicts }) => verdicts.quarantine)} />
      <Tile title={texts.verdicts.defer} colour="blue" {...rate(({ verdicts }) => verdicts.defer)} />
      <Tile title={texts.verdicts.reject} colour="red" {...rate(refusals)} />
      <Tile
        title={texts.live.load}
        value={formats.percent(last?.load.value ?? 0)}
        note={texts.live.levels[last?.load.level ?? 'green']}
        values={shown.map(({ load }) => load.value)}
        colour="purple"
        max={1}
      />
    </ul>
  )
}
