/** How content rules are tried: each with a message that fires it and a message that just does not. */
import { expect, test } from 'vitest'
import type { Consequences } from '../../src/filters/rules/rule.ts'
import type { Filter } from '../../src/model/filter.ts'
import { points } from '../../src/model/finding.ts'
import { type MessageOptions, message } from '../../src/testing/message.ts'
import { probe } from '../../src/testing/probe.ts'
import type { Probed } from '../../src/testing/probed.ts'

/** A message by its parts, or a world with more in it. */
export type Given = MessageOptions | (Probed & Required<Pick<Probed, 'message'>>)

export interface RuleCase {
  readonly fires: Given
  /** What is then said. */
  readonly reason: string
  /** Nearly the same, and honest. */
  readonly spares: Given
}

const worldOf = (given: Given): Probed => ({
  reversePath: 'alice@example.org',
  forwardPaths: ['bob@example.net'],
  ...('message' in given ? given : { message: message(given) }),
})

/**
 * Each rule alone, at the price of one point, whatever was measured for it. `titles` name the rows of the catalogue
 * that a case proves.
 */
export function tryRules<Id extends string>(
  filter: (options: { readonly points: Consequences<Id> }) => Filter,
  cases: Readonly<Record<Id, RuleCase>>,
  titles: Readonly<Partial<Record<NoInfer<Id>, string>>> | undefined = undefined,
): void {
  const ids = Object.keys(cases)
  const alone = (id: string): Filter =>
    filter({ points: Object.fromEntries(ids.map(one => [one, one === id ? 1 : 'off'])) as Consequences<Id> })
  test.for(Object.entries<RuleCase>(cases).map(([id, one]) => [titleOf(id), id, one] as const))(
    '%s',
    async ([, id, { fires, reason, spares }]) => {
      expect(await probe(alone(id), worldOf(fires))).toEqual([points(1, reason, { rule: id })])
      expect(await probe(alone(id), worldOf(spares))).toEqual([])
    },
  )

  function titleOf(id: string): string {
    const title = titles?.[id as Id]
    return `${title === undefined ? '' : `${title}: `}${id} is found, and its near miss is not`
  }
}

/** A message of which only the HTML matters. */
export const page = (html: string, more: MessageOptions = {}): MessageOptions => ({ html, ...more })

/** A message with one link. */
export const link = (href: string, shown = 'here', more: MessageOptions = {}): MessageOptions =>
  page(`<p>Hello Bob, look <a href="${href}">${shown}</a></p>`, more)
