/** The result of the flood benchmark as a picture: how much later honest mail is, and what hostile attempts cost. */
import type { Figures } from './figures.ts'
import { type Way, ways } from './words.ts'

const COLOUR: Readonly<Record<Way, string>> = { postern: '#1a7f5a', 'smtp-server + mailauth': '#c2553a' }
const [WIDTH, HEIGHT, BASE, TOP] = [760, 300, 240, 60]

interface Panel {
  readonly title: string
  readonly of: (one: Figures) => number
  readonly text: (value: number) => string
  /** A line across, such as a target. */
  readonly line?: { readonly at: number; readonly text: string }
}

const panels: readonly Panel[] = [
  {
    title: 'Honest mail, 95th percentile to quiet',
    of: ({ p95 }) => p95,
    text: value => `${value.toFixed(2)} ×`,
    line: { at: 1, text: 'quiet' },
  },
  {
    title: 'CPU of the gateway for a hostile attempt, ms',
    of: ({ attempt }) => attempt,
    text: value => value.toFixed(2),
  },
]

/** Only the mixed floods are drawn. */
export function picture(results: readonly Figures[]): string {
  const mixed = results.filter(({ name }) => /^\d+ ×$/.test(name))
  const half = WIDTH / panels.length
  const drawn = panels.map(
    (panel, index) => `<g transform="translate(${index * half} 0)">${draw(panel, mixed, half)}</g>`,
  )
  const legend = ways.map(
    (way, index) =>
      `<rect x="${20 + index * 160}" y="278" width="12" height="12" fill="${COLOUR[way]}"/>` +
      `<text x="${38 + index * 160}" y="288">${way}</text>`,
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#222">`,
    '<title>Honest mail in a sudden flood: postern, and smtp-server with mailauth and a deny list</title>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...drawn,
    ...legend,
    '</svg>',
    '',
  ].join('\n')
}

function draw({ title, of, text, line }: Panel, mixed: readonly Figures[], width: number): string {
  const floods = [...new Set(mixed.map(({ name }) => name))]
  const most = Math.max(line?.at ?? 0, ...mixed.map(of)) || 1
  const height = (value: number): number => Math.max(1, (Math.max(0, value) / most) * (BASE - TOP))
  const step = (width - 60) / Math.max(1, floods.length)
  const bar = step / 3
  const bars = floods.flatMap((name, place) => {
    const left = 30 + place * step + bar / 2
    const each = ways.flatMap((way, nth) => {
      const one = mixed.find(({ name: other, way: its }) => other === name && its === way)
      if (one === undefined) return []
      const [x, tall] = [left + nth * bar, height(of(one))]
      return [
        `<rect x="${x.toFixed(1)}" y="${(BASE - tall).toFixed(1)}" width="${(bar - 4).toFixed(1)}" height="${tall.toFixed(1)}" fill="${COLOUR[way]}"/>`,
        `<text x="${(x + bar / 2 - 2).toFixed(1)}" y="${(BASE - tall - 5).toFixed(1)}" text-anchor="middle">${text(of(one))}</text>`,
      ]
    })
    return [
      ...each,
      `<text x="${(left + bar).toFixed(1)}" y="${BASE + 18}" text-anchor="middle">${name} honest mail</text>`,
    ]
  })
  const across = (line === undefined ? 0 : BASE - height(line.at)).toFixed(1)
  const marked = line
    ? `<path d="M20 ${across}H${width - 20}" stroke="#888" stroke-dasharray="4 4"/><text x="${width - 20}" y="${(Number(across) - 4).toFixed(1)}" text-anchor="end" fill="#666">${line.text}</text>`
    : ''
  return [
    `<text x="20" y="28" font-size="14" font-weight="bold">${title}</text>`,
    `<path d="M20 ${BASE}H${width - 20}" stroke="#444"/>`,
    ...bars,
    marked,
  ].join('\n')
}
