/** Rules for Received fields that no server has written. */

import { readRoute } from '../../../facts/route.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

const HOUR = 3_600_000

export const routes = {
  'headers/forged-received': {
    group: 'route',
    fires: 'A Received field has a form that no server writes, or contradicts itself.',
    points: 2,
    find: ({ header }) => {
      const field = header
        .all('received')
        .slice(0, 20)
        .find(({ value }) => FORGED.test(value.slice(0, 300)))
      return field && `a Received field is forged: ${quote(field.value)}`
    },
  },
  'headers/numeric-helo': {
    group: 'route',
    fires: 'The client or the first server of the route used a HELO of an IP address, or of a dynamic host name.',
    points: 0.8,
    find: ({ header, message }) => {
      const helo = message.helo
      const first = readRoute(header).at(-1)?.from ?? ''
      const odd = [helo ?? '', first].find(name => /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name) || PRIVATE.test(name))
      return odd !== undefined && `the HELO was ${quote(odd)}`
    },
  },
  'headers/received-out-of-order': {
    group: 'route',
    fires: 'A Received field is more than six hours earlier than the one before it on the route.',
    points: 1,
    find: ({ header }) => {
      const times = readRoute(header).flatMap(({ at }) => at ?? [])
      const back = times.find((at, index) => (times[index + 1] ?? at) > at + 6 * HOUR)
      return back !== undefined && 'the times of the Received fields are out of order'
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

const FORGED =
  /^from \[?\d{1,3}(?:\.\d{1,3}){3}\]? by \[?\d{1,3}(?:\.\d{1,3}){3}\]?|^from unknown \(\d|^from [a-z0-9.-]{1,80} \(unverified\)? ?by \d|^from ([a-z]{4,20}\d{2}) \(\1|^from \S{1,80} \(HELO \S{1,80}\) \(\d{1,3}(?:\.\d{1,3}){3}\) by (?!.{0,80}with)/i
const PRIVATE =
  /(?:\d{1,3}[-.]){3}\d{1,3}\.|(?:dsl|dial|ppp|dhcp|pool|dyn|cable|client|cust)[a-z0-9-]{0,20}[.-]\d|^[a-z]{1,3}\d{6,}$/
