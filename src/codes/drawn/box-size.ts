/** Sizes of boxes, as far as they say so themselves. */
import { type Box, isCell, lengthOf } from './tree.ts'

/** A painted box in pixels. */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly brightness: number
  /** It holds no other box. */
  readonly isCell: boolean
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** Paints boxes in a plane. */
export interface Placer {
  readonly rectangles: Rectangle[]
  /** Paints the box with its corner at `x`, `y`, and returns its size. `width` is what its container offers. */
  place(box: Box, x: number, y: number, width: number | undefined): Size
}

/** What the box says about its size: lengths in pixels, parts of its container, padding around nothing. */
export function sizeOf(box: Box, width: number | undefined): { readonly width?: number; readonly height?: number } {
  const { style, attributes } = box
  const share = /^([\d.]{1,8})%/.exec(style.get('width') ?? attributes.get('width') ?? '')?.[1]
  const inner =
    share === undefined ? lengthOf(box, 'width') : width === undefined ? undefined : (Number(share) / 100) * width
  const [high, across, down] = [
    lengthOf(box, 'height') ?? lengthOf(box, 'line-height'),
    paddingOf(box, 0),
    paddingOf(box, 1),
  ]
  const isPadded = isCell(box) && across + down > 0
  const full = inner === undefined && !isPadded ? undefined : (inner ?? 0) + across
  const tall = high === undefined && !isPadded ? undefined : (high ?? 0) + down
  return { ...(full !== undefined && { width: full }), ...(tall !== undefined && { height: tall }) }
}

/** Left and right, or above and below, where one length says so. */
function paddingOf({ style }: Box, axis: 0 | 1): number {
  const [first, second = first] = style.get('padding')?.split(/\s+/, 4) ?? []
  const value = axis === 0 ? second : first
  const length = Number.parseFloat(value ?? '')
  return Number.isFinite(length) ? 2 * length : 0
}
