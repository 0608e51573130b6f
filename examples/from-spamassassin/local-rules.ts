/** The rules of local.cf, beside this, as two filters. */

import { type Filter, points } from 'postern'
import { author, links, text } from 'postern/facts'
import { all, composite, rule } from 'postern/filters'

const PAY_SITE = /^https?:\/\/(?:[^/]+\.)?pay-slip\.example\//i

const local: Filter = {
  name: 'local',
  checks: 'content',
  message: async message => {
    const [from, { visible }, found] = await Promise.all([message.ask(author), message.ask(text), message.ask(links)])
    const subject = message.header.get('subject') ?? ''
    const invoice = /\binvoice\b/i.test(subject)
    const freemail = from.kind === 'clear' && /@(?:gmail|outlook)\.com$/i.test(from.address)
    const newAccount = /\bbank\s+account\s+has\s+changed\b/i.test(`${subject}\n${visible}`)
    return [
      invoice && points(0.5, 'the subject names an invoice', { rule: 'invoice' }),
      newAccount && points(1.5, 'the text announces another bank account', { rule: 'new-account' }),
      found.all.some(({ url }) => PAY_SITE.test(url)) &&
        points(2, 'a link leads to pay-slip.example', { rule: 'pay-site' }),
      invoice &&
        freemail &&
        newAccount &&
        points(4, 'a free mail address sends an invoice with another bank account', { rule: 'invoice-fraud' }),
    ]
  },
}

const invoiceDnsbl = composite(
  'local-dnsbl',
  all(rule('local/invoice'), rule('dnsbl/listed')),
  points(3, 'a listed client sends an invoice'),
)

/** Both, for `filters` of a gateway or `ownFilters` of the relay. */
export const localRules: readonly Filter[] = [local, invoiceDnsbl]
