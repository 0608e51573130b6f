/**
 * Writes an aggregate report as XML (RFC 9990 Appendix A). All elements that RFC 7489 demands are there too, in an
 * order that both allow, so that older readers understand it.
 */
import { canonical } from '../../net/address.ts'
import type { AuthResult, DmarcRecord, DmarcReport, OverrideReason, PublishedPolicy } from '../types.ts'

const NAMESPACE = 'urn:ietf:params:xml:ns:dmarc-2.0'

/** The bytes of a report in UTF-8. A report without records has no valid form. */
export function writeReport(report: DmarcReport): string {
  const lines: string[] = []
  const { reporter, email, contact, id, begin, end, errors, generator, policy, records } = report
  lines.push('<?xml version="1.0" encoding="UTF-8"?>', `<feedback xmlns="${NAMESPACE}">`, element('version', '1.0'))
  lines.push(
    '<report_metadata>',
    ...[element('org_name', reporter), element('email', email), element('extra_contact_info', contact)],
    ...[element('report_id', id)],
    `<date_range>${element('begin', seconds(begin))}${element('end', seconds(end))}</date_range>`,
    ...[element('error', errors.length > 0 ? errors.join('; ') : undefined), element('generator', generator)],
    '</report_metadata>',
    policyElement(policy),
  )
  for (const record of records) lines.push(recordElement(record))
  lines.push('</feedback>', '')
  return lines.filter((line, index) => line !== '' || index === lines.length - 1).join('\n')
}

const seconds = (time: number): string => String(Math.floor(time / 1000))

function policyElement({ domain, adkim, aspf, p, sp, np, fo, testing, discovery }: PublishedPolicy): string {
  const parts = [
    ...[element('domain', domain), element('adkim', adkim), element('aspf', aspf), element('p', p), element('sp', sp)],
    ...[element('np', np), element('fo', fo), element('testing', testing), element('discovery_method', discovery)],
  ]
  return `<policy_published>${parts.join('')}</policy_published>`
}

function recordElement(record: DmarcRecord): string {
  const { ip, count, disposition, dkim, spf, overrides, headerFrom, envelopeFrom, dkimResults, spfResults } = record
  const evaluated = [
    ...[element('disposition', disposition), element('dkim', dkim), element('spf', spf)],
    ...overrides.map(reasonElement),
  ]
  const row = [
    ...[element('source_ip', canonical(ip) ?? ip), element('count', String(count))],
    `<policy_evaluated>${evaluated.join('')}</policy_evaluated>`,
  ]
  const identifiers = [element('envelope_from', envelopeFrom ?? ''), element('header_from', headerFrom)]
  const results = [
    ...dkimResults.map(result => resultElement('dkim', result)),
    ...spfResults.map(result => resultElement('spf', result)),
  ]
  return [
    '<record>',
    `<row>${row.join('')}</row>`,
    `<identifiers>${identifiers.join('')}</identifiers>`,
    `<auth_results>${results.join('')}</auth_results>`,
    '</record>',
  ].join('\n')
}

const reasonElement = ({ type, comment }: OverrideReason): string =>
  `<reason>${element('type', type)}${element('comment', comment)}</reason>`

function resultElement(name: 'dkim' | 'spf', { domain, selector, scope, result, comment }: AuthResult): string {
  const parts = [
    ...[element('domain', domain), element('selector', selector), element('scope', scope), element('result', result)],
    element('human_result', comment),
  ]
  return `<${name}>${parts.join('')}</${name}>`
}

/** An element with a text; nothing where there is no text. */
const element = (name: string, text: string | undefined): string =>
  text === undefined ? '' : `<${name}>${escaped(text)}</${name}>`

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** XML 1.0 §2.2 allows no control characters, whatever their form. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\x00-\x1f\x7f-\x9f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, char => ENTITIES[char] ?? char)
