/** What moves, clips or shrinks text until a reader sees nothing of it. */
import { degrees, MIN_OPACITY, share } from './colour.ts'
import { pixels } from './length.ts'

/** Gives the value of a property; '' where it is not declared. */
export type Properties = (name: string) => string

const SIZES = [
  ...['height', 'max-height', 'width', 'max-width', 'line-height'],
  ...['block-size', 'max-block-size', 'inline-size', 'max-inline-size'],
]
const PLACES = [
  ...['left', 'top', 'right', 'bottom', 'margin-left', 'margin-top', 'text-indent'],
  ...['inset-inline-start', 'inset-block-start', 'margin-inline-start', 'margin-block-start'],
]
const SHORTHANDS = ['margin', 'inset', 'translate']

/** Pixels beyond an edge of the page: to the left and above, and to the right and below, where a page may be long. */
const [MIN_BEFORE, MIN_AFTER] = [-400, 5000]
/** Letters that lie on each other, in pixels. */
const MIN_LETTER_SPACING = -6
const MAX_SCALE = 0.1
const MIN_BLUR = 6

export const isOffPage = (get: Properties): boolean =>
  isClippedBox(get) ||
  isMoved(get) ||
  isClipped(get) ||
  isTransformed(get) ||
  isSqueezed(get) ||
  isFiltered(get) ||
  isMasked(get)

function isClippedBox(get: Properties): boolean {
  const overflow = get('overflow') + get('overflow-x') + get('overflow-y')
  if (!overflow.includes('hidden') && !overflow.includes('clip')) return false
  return SIZES.some(name => isAtMost(get(name), 1)) || /^(?:[1-9]\d{2,})(?:\.\d+)?%/.test(get('text-indent'))
}

function isMoved(get: Properties): boolean {
  for (const name of PLACES) if (isBeyond(get(name))) return true
  for (const name of SHORTHANDS) if (get(name) !== '' && lengths(get(name)).some(isBeyond)) return true
  return false
}

const isBeyond = (value: string): boolean => {
  if (value === '') return false
  // Per cent of a column of 600 pixels or less.
  const distance = value.endsWith('%') && !value.includes('(') ? 4 * Number.parseFloat(value) : pixels(value)
  return distance !== undefined && (distance < MIN_BEFORE || distance > MIN_AFTER)
}

/** The parts of `0 0 calc(1px - 2px) -99px`, at most four. */
const lengths = (value: string): readonly string[] => value.match(/[a-z-]*\([^()]{0,80}\)|[^\s,]+/g)?.slice(0, 4) ?? []

function isClipped(get: Properties): boolean {
  const clip = get('clip')
  if (clip.startsWith('rect(')) {
    const [top = 0, right = 600, bottom = 600, left = 0] = lengths(clip.slice(5, -1)).map(pixels)
    if (right - left <= 1 || bottom - top <= 1) return true
  }
  const path = get('clip-path') || get('-webkit-clip-path')
  return path !== '' && isEmptyShape(path)
}

function isEmptyShape(path: string): boolean {
  const [, shape = '', inner = ''] = /^(inset|circle|ellipse|polygon)\(([^()]{0,200})/.exec(path) ?? []
  const values = lengths(inner)
  if (shape === 'circle' || shape === 'ellipse') return values.slice(0, 2).some(value => isAtMost(value, 1))
  if (shape === 'inset') {
    const [top = '', right = top, bottom = top, left = right] = values
    return percent(top) + percent(bottom) >= 100 || percent(right) + percent(left) >= 100
  }
  // A path without a line has no area.
  if (path.startsWith('path(')) return !/[lhvcsqta]/i.test(path.slice(5))
  if (shape !== 'polygon') return false
  const points = inner.split(',').map(point => point.trim().split(/\s+/))
  return [0, 1].some(axis => new Set(points.map(point => Number.parseFloat(point[axis] ?? '0'))).size === 1)
}

const percent = (value: string): number => (value.endsWith('%') ? Number.parseFloat(value) : 0)

function isTransformed(get: Properties): boolean {
  const scale = get('scale')
  if (scale !== '' && scale.split(/\s+/).some(isTiny)) return true
  const transform = get('transform') || get('-webkit-transform')
  if (transform === '') return false
  for (const [, name = '', inner = ''] of transform.matchAll(/([a-z0-9]{1,12})\(([^()]{0,120})\)/g)) {
    const values = inner.split(',').map(value => value.trim())
    if (name.startsWith('scale') && values.slice(0, 2).some(isTiny)) return true
    if (name.startsWith('translate') && values.slice(0, 2).some(isBeyond)) return true
    if ((name === 'rotatex' || name === 'rotatey') && isEdgeOn(degrees(values[0] ?? ''))) return true
    if (name === 'rotate3d' && values[2] === '0' && isEdgeOn(degrees(values[3] ?? ''))) return true
    if (name === 'matrix' && isFlat(values.map(Number))) return true
    if (name === 'matrix3d' && isFlat([0, 1, 4, 5].map(at => Number(values[at])))) return true
  }
  return false
}

const isTiny = (value: string): boolean => value !== '' && Math.abs(share(value)) < MAX_SCALE

/** A plane that is seen from its edge shows nothing. */
const isEdgeOn = (angle: number): boolean => Math.abs(Math.cos((angle * Math.PI) / 180)) < MAX_SCALE

const isFlat = ([a = 1, b = 0, c = 0, d = 1]: readonly number[]): boolean => Math.abs(a * d - b * c) < MAX_SCALE ** 2

/** A mask whose colours are all transparent shows nothing. */
function isMasked(get: Properties): boolean {
  const mask = ['mask', '-webkit-mask', 'mask-image', '-webkit-mask-image'].map(get).join(' ')
  if (!mask.includes('gradient(')) return false
  const inner = mask.slice(mask.indexOf('gradient(') + 9)
  return /^(?:[\s,)]|transparent|#0000(?:0000)?(?![\da-f])|to (?:top|bottom|left|right)|\d{1,4}(?:deg|%))+$/.test(inner)
}

const isSqueezed = (get: Properties): boolean =>
  (pixels(get('letter-spacing')) ?? 0) < MIN_LETTER_SPACING || isTiny(get('zoom'))

function isFiltered(get: Properties): boolean {
  const filter = get('filter') || get('-webkit-filter')
  if (filter === '') return false
  for (const [, name = '', value = ''] of filter.matchAll(
    /\b(opacity|alpha|contrast|blur)\(\s*(?:opacity=)?([^()]{0,40})\)/g,
  )) {
    if (name === 'blur' && (pixels(value) ?? 0) >= MIN_BLUR) return true
    if (name === 'alpha' && Number.parseFloat(value) < 100 * MIN_OPACITY) return true
    if ((name === 'opacity' || name === 'contrast') && share(value) < MIN_OPACITY) return true
  }
  return false
}

/** Whether it is a number of at most `max`, whatever its unit; a calculated one in pixels. */
const isAtMost = (value: string, max: number): boolean =>
  value !== '' && (/^[\d.+-]/.test(value) ? Number.parseFloat(value) : (pixels(value) ?? Infinity)) <= max
