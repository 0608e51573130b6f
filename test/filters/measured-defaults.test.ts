/** Options that are given, points that were measured, and defaults. */
import { expect, test } from 'vitest'
import { withDefaults } from '../../src/filters/measured-defaults.ts'

interface Options {
  readonly generic?: number | undefined
  readonly renamed?: number
  readonly unmeasured?: number
  readonly refused?: number | 'reject'
  readonly own?: readonly string[]
}
const defaults: Required<Options> = { generic: 1, renamed: 1, unmeasured: 1, refused: 'reject', own: ['a'] }
const measured = { 'helo/generic': 2.3, 'helo/odd': 0, 'helo/refused': 1 }
const found = (given: Options) => withDefaults<Options>('helo', defaults, given, { renamed: 'odd' }, measured)

test('what was measured replaces the defaults, and what is given replaces both', () => {
  expect(found({ own: ['b'] })).toEqual({ generic: 2.3, renamed: 0, unmeasured: 1, refused: 'reject', own: ['b'] })
  expect(found({ generic: 0, refused: 3 })).toMatchObject({ generic: 0, refused: 3 })
})

test('an option without a value has its default, and a filter that was not measured its own', () => {
  expect(found({ generic: undefined }).generic).toBe(2.3)
  expect(withDefaults<Options>('rdns', defaults, {}, {}, measured)).toEqual(defaults)
})
