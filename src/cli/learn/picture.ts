/** The distributions of margins as a picture: honest mail above the axis, unwanted mail below it. */
import type { Label } from '../../model/feedback.ts'
import type { Judged } from './outlook.ts'

const [WIDTH, HEIGHT, LEFT, AXIS, TALLEST] = [720, 360, 40, 190, 120]
const BINS = 48
/** Margins beyond it stand at the edge. */
const MAX_MARGIN = 12
const COLOURS: Readonly<Record<Label, string>> = { ham: '#2f7d4f', spam: '#b3452c' }

/** @returns SVG, without scripts or fonts of other hosts */
export function picture(judged: readonly Judged[], threshold: number | undefined, caption: readonly string[]): string {
  const edge = Math.min(Math.max(1, ...judged.map(({ margin }) => Math.abs(margin))), MAX_MARGIN)
  const x = (margin: number): number => {
    const inside = Math.min(Math.max(margin, -edge), edge)
    return LEFT + ((inside + edge) / (2 * edge)) * (WIDTH - 2 * LEFT)
  }
  const bars = (['ham', 'spam'] as const).flatMap(label => barsOf(label, judged, edge))
  const ticks = [-edge, -edge / 2, 0, edge / 2, edge].map(
    margin => `<text x="${x(margin).toFixed(1)}" y="${AXIS + 14}" text-anchor="middle">${margin.toFixed(1)}</text>`,
  )
  const line =
    threshold === undefined
      ? []
      : [
          `<line x1="${x(threshold).toFixed(1)}" x2="${x(threshold).toFixed(1)}" y1="40" y2="330" stroke="#333" stroke-dasharray="5 4"/>`,
          `<text x="${(x(threshold) + 6).toFixed(1)}" y="50">taken for spam from here on</text>`,
        ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    `<title>${escaped(caption.join('; '))}</title>`,
    '<style>text{font:12px sans-serif;fill:#222}</style>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-weight="bold">Margins of the last ${judged.length} messages, judged before they were learned</text>`,
    ...bars,
    `<line x1="${LEFT}" x2="${WIDTH - LEFT}" y1="${AXIS}" y2="${AXIS}" stroke="#333"/>`,
    ...ticks,
    ...line,
    `<text x="${LEFT}" y="64" style="fill:${COLOURS.ham}">honest, upwards</text>`,
    `<text x="${WIDTH - LEFT}" y="328" text-anchor="end" style="fill:${COLOURS.spam}">unwanted, downwards</text>`,
    `<text x="${LEFT}" y="350">${escaped(caption.join('; '))}</text>`,
    '</svg>',
    '',
  ].join('\n')
}

/** Each kind is drawn as shares of its own number, so that a rare kind is seen too. */
function barsOf(label: Label, judged: readonly Judged[], edge: number): readonly string[] {
  const counts = new Array<number>(BINS).fill(0)
  for (const one of judged) {
    if (one.label !== label) continue
    const place = Math.floor(((one.margin + edge) / (2 * edge)) * BINS)
    const bin = Math.min(Math.max(place, 0), BINS - 1)
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  const most = Math.max(1, ...counts)
  const width = (WIDTH - 2 * LEFT) / BINS
  return counts.flatMap((count, bin) => {
    if (count === 0) return []
    const height = Math.max((count / most) * TALLEST, 1)
    const y = label === 'ham' ? AXIS - height : AXIS + 18
    const place = `x="${(LEFT + bin * width).toFixed(1)}" y="${y.toFixed(1)}" width="${(width - 1).toFixed(1)}"`
    return [`<rect ${place} height="${height.toFixed(1)}" fill="${COLOURS[label]}"><title>${count}</title></rect>`]
  })
}

const escaped = (text: string): string => text.replace(/[&<>]/g, sign => `&#${sign.charCodeAt(0)};`)
