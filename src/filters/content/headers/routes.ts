/** Rules for Received fields. */

import { readRoute } from '../../../facts/route.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

const HOUR = 3_600_000

export const routes = {
  'headers/numeric-helo': {
    group: 'route',
    fires: 'The first server of the route recorded a greeting of a bare IP address.',
    points: 0.8,
    find: ({ header }) => {
      const first = readRoute(header).at(-1)?.from ?? ''
      return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(first) && `the first server was greeted as ${quote(first)}`
    },
  },
  'headers/received-out-of-order': {
    group: 'route',
    fires: 'A Received field is more than twenty hours earlier than the one before it on the route.',
    points: 1,
    find: ({ header }) => {
      const times = readRoute(header).flatMap(({ at }) => at ?? [])
      const back = times.find((at, index) => (times[index + 1] ?? at) > at + 20 * HOUR)
      return back !== undefined && 'the times of the Received fields are out of order'
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>
