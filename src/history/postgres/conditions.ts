/** The conditions of a search, as columns of PostgreSQL. */
import { hashOf, type Term } from '../terms.ts'

/** Values of a statement, which stand in it as $1, $2 and so on. */
export class Values {
  readonly list: unknown[] = []

  add(value: unknown): string {
    this.list.push(value)
    return `$${this.list.length}`
  }
}

/** One column that has a value. */
interface Place {
  readonly column: string
  readonly value: string | number
}

/** Of these columns one must have its value. */
export type Places = readonly Place[]

const isRule = ({ column }: Place): boolean => column === 'rules'

/** Rules are found in another way: there are many of each. */
export const ruleOf = (places: Places): number | undefined =>
  places.length === 1 && places[0] !== undefined && isRule(places[0]) ? Number(places[0].value) : undefined

export const placesOf = (terms: readonly Term[]): Places => terms.flatMap(placesOfTerm)

function placesOfTerm({ kind, value }: Term): Places {
  switch (kind) {
    case 'recipient':
      return [{ column: value.includes('@') ? 'recipient_key' : 'recipient_domain', value: hashOf('recipient', value) }]
    case 'sender':
      return (value.includes('@') ? ['sender_key', 'author_key'] : ['sender_domain', 'author_domain']).map(column => ({
        column,
        value: hashOf('recipient', value),
      }))
    case 'messageId':
      return [{ column: 'message_key', value: hashOf('messageId', value) }]
    case 'fingerprint':
      return [{ column: 'fingerprint_key', value: hashOf('fingerprint', value) }]
    case 'rule':
      return [{ column: 'rules', value: hashOf('rule', value) }]
    case 'ip':
    case 'ref':
    case 'verdict':
      return [{ column: kind, value: value.toWellFormed().replaceAll('\0', '\ufffd') }]
    default:
      throw kind satisfies never
  }
}

/** SQL that holds where one of the places has its value. */
export const holds = (places: Places, values: Values, table = ''): string =>
  `(${places.map(place => holdsPlace(place, values, table)).join(' OR ')})`

export function holdsPlace(place: Place, values: Values, table = ''): string {
  const name = `${table}${place.column}`
  if (isRule(place)) return `${name} @> ARRAY[${values.add(String(place.value))}::bigint]`
  const value = values.add(String(place.value))
  // Most are accepted, and have no entry in the index of verdicts.
  if (place.column === 'verdict') return `(${name} = ${value} AND ${name} <> 'accept')`
  return `${name} = ${value}`
}
