/** What a bounce shows of the message that it returns, and whether that proves where the message came from. */
import { organisationOf } from '../../dns/organisation.ts'

/** How the returned message is related to our domains. */
export type Origin =
  /** Its Message-ID, a signature, a list or a server on its route is ours: we have sent it. */
  | { readonly kind: 'proven' }
  /** Only fields that every sender can forge name us. */
  | { readonly kind: 'claimed'; readonly id: string }
  /** No field names us. */
  | { readonly kind: 'foreign'; readonly id: string }
  /** The bounce returns no Message-ID. */
  | { readonly kind: 'unknown' }

/** Fields that only we, or a server that saw the message at us, write; and fields that anybody can write. */
const PROOFS = /^(?:received|dkim-signature|list-id|list-post|resent-from|delivered-to|x-original-to)$/
const CLAIMS = /^(?:from|sender|return-path|reply-to|x-original-from)$/

/** @param own our organisational domains */
export function originOf(body: string, own: ReadonlySet<string>): Origin {
  const fields = fieldsOf(body)
  const id = /<[^<>@\s]{1,500}@([^<>@\s]{1,255})>/.exec(
    fields.find(({ name }) => name === 'message-id')?.value ?? '',
  )?.[1]
  if (id === undefined) return { kind: 'unknown' }
  const isOwn = (name: string): boolean => own.has(organisationOf(name.toLowerCase()))
  const namesUs = (kind: RegExp): boolean =>
    fields.some(({ name, value }) => kind.test(name) && hostsIn(value).some(isOwn))
  if (isOwn(id) || namesUs(PROOFS)) return { kind: 'proven' }
  return { kind: namesUs(CLAIMS) ? 'claimed' : 'foreign', id: id.toLowerCase() }
}

interface Field {
  readonly name: string
  readonly value: string
}

const MAX_FIELDS = 200

/** The fields of the returned message: those behind the last part that is a message, or else all lines that look so. */
function fieldsOf(body: string): readonly Field[] {
  const parts = [
    ...body.matchAll(/^content-type:\s*(?:message\/rfc822|text\/rfc822-headers|message\/global)[^\n]*\n/gim),
  ]
  const start = parts.at(-1)
  const text = start === undefined ? body : body.slice(start.index + start[0].length)
  return [...text.matchAll(/^([A-Za-z-]{2,40}):[ \t]?([^\r\n]{0,1000}(?:\r?\n[ \t][^\r\n]{0,1000}){0,20})/gm)]
    .slice(0, MAX_FIELDS)
    .map(([, name = '', value = '']) => ({ name: name.toLowerCase(), value }))
}

/** The host names in the value of a field. */
const hostsIn = (value: string): readonly string[] =>
  value.slice(0, 2000).match(/[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,10}/gi) ?? []
