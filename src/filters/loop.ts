/** Refuses mail that loops (RFC 5321 §6.3). */
import { whole } from '../model/checks.ts'
import type { Filter } from '../model/filter.ts'
import { reject } from '../model/finding.ts'
import type { HeaderFields } from '../model/header.ts'
import { checked, schemaOf } from '../model/options.ts'
import { domainName } from '../net/checks.ts'

/** What `loop` takes. */
export interface LoopOptions {
  /** The host name that our servers write after `by` in their Received fields. @default our own are not counted */
  readonly name?: string
  /** How many Received fields a message may have (RFC 5321 §6.3: at least 100). @default 100 */
  readonly max?: number
  /** How many of them may be our own: mail may honestly be forwarded out and back a few times. @default 5 */
  readonly own?: number
}

/** @internal */
export const loopSchema = schemaOf<LoopOptions>('loop', {
  name: domainName(),
  max: whole({ min: 1, max: 10_000 }),
  own: whole({ min: 1, max: 10_000 }),
})

/**
 * Refuses at `header` a message with too many Received fields, or a message that was delivered to all its recipients
 * before.
 *
 * @throws PosternError when an option is wrong
 * @example
 * loop({ name: 'mx.example.org' })
 */
export function loop(options: LoopOptions = {}): Filter {
  const { name, max = 100, own = 5 } = checked(loopSchema, options)
  return {
    name: 'loop',
    header: ({ header, forwardPaths }) => {
      const hops = header.all('received').length
      if (hops > max)
        return reject('5.4.6', `the message has ${hops} Received fields, more than ${max}`, { rule: 'hops' })
      const passed = name === undefined ? 0 : passedBy(header, name)
      if (passed > own) {
        return reject('5.4.6', `the message has been here ${passed} times, more than ${own}`, { rule: 'own' })
      }
      const delivered = deliveredTo(header)
      const [first] = forwardPaths
      if (first !== undefined && forwardPaths.every(path => delivered.has(path.toLowerCase()))) {
        const reason = `the message was delivered to ${first} before, says its Delivered-To field`
        return reject('5.4.6', reason, { rule: 'delivered' })
      }
    },
  }
}

function passedBy(header: HeaderFields, name: string): number {
  const wanted = name.toLowerCase()
  return header
    .all('received')
    .filter(({ value }) => /\bby[ \t]+([^ \t;()]+)/i.exec(value)?.[1]?.toLowerCase() === wanted).length
}

/** Postfix and qmail add this field when they deliver to a mailbox that forwards. */
const deliveredTo = (header: HeaderFields): ReadonlySet<string> =>
  new Set(header.all('delivered-to').map(({ value }) => value.toLowerCase()))
