/** The findings of filters that judge before the message is read. A test compares their ids with the source. */
import type { FindingRow } from './filters.ts'

type Rows = Readonly<Record<string, readonly FindingRow[]>>

/** What `rateLimit` limits, and what it leads to. */
const LIMITS: Readonly<Record<string, string>> = {
  connections: '421 4.7.0, and the connection is closed',
  failures: '4.7.0; a client without a confirmed name is disconnected',
  transactions: '4.7.0',
  recipients: '4.7.0',
  messages: '4.7.0',
  bytes: '4.7.0',
}

export const LIMITED = Object.keys(LIMITS)

/** By factory. */
export const FINDINGS_BEFORE_MESSAGE: Rows = {
  recentlyRefused: [
    {
      rule: '',
      when: 'The client was refused with certainty within `ttl`, or `refusals` sessions in a row ended in a refusal.',
      leadsTo: 'the same refusal (5xx), or 421 4.7.0; the connection is closed',
    },
  ],
  admission: [
    { rule: 'bad', when: 'No session slot is free for a client with a bad record.', leadsTo: '421 4.3.2' },
    { rule: 'unknown', when: 'No session slot is free for a client without a record.', leadsTo: '421 4.3.2' },
    { rule: 'known', when: 'No session slot is free for a known client.', leadsTo: '421 4.3.2' },
  ],
  access: [
    { rule: 'network', when: 'The address of the client is on a list.', leadsTo: 'allowed, or 5.7.1' },
    { rule: 'host', when: 'The confirmed name of the client is on a list.', leadsTo: 'allowed, or 5.7.1' },
    { rule: 'sender', when: 'The sender is on a list.', leadsTo: 'allowed, or 5.7.1' },
    { rule: 'domain', when: 'The domain of the sender is on a list.', leadsTo: 'allowed, or 5.7.1' },
    { rule: 'recipient', when: 'The recipient is on a list.', leadsTo: 'allowed, or 5.7.1' },
    { rule: 'unproven', when: 'An allowed sender is not proven by SPF.', leadsTo: 'nothing' },
  ],
  lists: [
    { rule: 'allow', when: 'An entry allows the sender, and what it asks for is proven.', leadsTo: 'allowed' },
    { rule: 'deny', when: 'An entry denies the sender.', leadsTo: '5.7.1' },
    { rule: 'unproven', when: 'An entry would allow the sender if it were proven.', leadsTo: 'nothing' },
  ],
  earlyTalker: [
    {
      rule: '',
      when: 'The client sent before the greeting.',
      leadsTo: '521 5.5.1, and the connection is closed; with `points` those points',
    },
  ],
  rateLimit: Object.entries(LIMITS).map(([what, leadsTo]) => ({
    rule: what,
    when: `A limit of \`${what}\` is exceeded within its window.`,
    leadsTo,
  })),
  rdns: [
    { rule: 'missing', when: 'The client has no reverse name.', option: 'missing' },
    { rule: 'unconfirmed', when: 'No reverse name leads back to the client.', option: 'unconfirmed' },
    { rule: 'generic', when: 'Each confirmed name is made of the address, or names a pool.', option: 'generic' },
  ],
  helo: [
    { rule: 'malformed', when: 'The greeting is neither a host name nor an address literal.', option: 'malformed' },
    { rule: 'impostor', when: 'Another client gives one of our names or addresses.', option: 'impostor' },
    { rule: 'other-address', when: 'The address literal is not the client’s.', option: 'otherAddress' },
    { rule: 'bare-address', when: 'The greeting is an address without brackets.', option: 'bareAddress' },
    { rule: 'unqualified', when: 'The name has no dot.', option: 'unqualified' },
    { rule: 'unresolvable', when: 'The name has neither address nor MX.', option: 'unresolvable' },
    { rule: 'generic', when: 'The name is made of the address, or names a rented machine.', option: 'generic' },
    {
      rule: 'other-organisation',
      when: 'The name is another organisation’s, and the client has written the message itself.',
      option: 'otherOrganisation',
    },
  ],
  senderDomain: [
    { rule: 'malformed', when: 'The reverse-path has no valid domain.', leadsTo: '5.1.7' },
    { rule: 'nonexistent', when: 'The domain does not exist.', leadsTo: '5.1.8' },
    { rule: 'unreachable', when: 'The domain has neither MX nor address.', leadsTo: '5.1.8' },
    { rule: 'null-mx', when: 'The domain declares that it accepts no mail.', leadsTo: '5.7.27' },
    { rule: 'unknown', when: 'DNS failed.', leadsTo: "4.1.8 with `unknown: 'defer'`" },
  ],
  spf: [
    { rule: 'fail', when: 'The domain says that the client may not send for it.', option: 'fail' },
    { rule: 'softfail', when: 'The result is `softfail`.', option: 'softfail' },
    { rule: 'neutral', when: 'The result is `neutral`.', option: 'neutral' },
    { rule: 'none', when: 'The domain has no record.', option: 'none' },
    { rule: 'permerror', when: 'The record is in error, or asks for too much.', option: 'permerror' },
    { rule: 'temperror', when: 'DNS failed.', leadsTo: "4.7.24 with `temperror: 'defer'`" },
    { rule: 'weak', when: 'The record allows half the Internet.', option: 'permissive' },
    { rule: 'helo-fail', when: 'The name in the greeting does not allow the client.', option: 'heloFail' },
    {
      rule: 'unexplained',
      when: 'SPF fails, and no Received field names a server that may have forwarded the message.',
      option: 'unexplained',
    },
  ],
  dnsbl: [
    { rule: 'listed', when: 'A list contains the client.', leadsTo: 'the `points` of the zone' },
    { rule: 'allowed', when: 'A list with negative points contains the client.', leadsTo: 'negative points' },
    { rule: 'error', when: 'A list answers an error code, and is disabled.', leadsTo: 'nothing' },
  ],
  recipients: [
    { rule: 'relay', when: 'The domain is not yours, and the client has not authenticated.', leadsTo: '5.7.1' },
    { rule: 'unknown', when: 'The recipient is not valid.', leadsTo: '5.1.1' },
    { rule: 'unsafe', when: 'The local-part looks like a pipe, a file or an option.', leadsTo: '5.1.3' },
    { rule: 'too-many', when: 'The transaction has `max` recipients.', leadsTo: '4.5.3' },
    {
      rule: 'max-invalid-recipients',
      when: 'The connection has named `maxInvalidRecipients` recipients that were refused.',
      leadsTo: '421 4.7.0, and the connection is closed',
    },
  ],
  greylist: [
    { rule: '', when: 'The message is suspicious and new, and came before `wait` was over.', leadsTo: '4.7.1' },
  ],
  headerForm: [
    { rule: 'author', when: 'Readers could see different authors, or there is none.', option: 'author' },
    { rule: 'coauthors', when: 'Several authors of different domains.', option: 'coauthors' },
    { rule: 'unquoted-name', when: 'A name with a comma is not quoted.', option: 'unquotedName' },
    { rule: 'unusable-author', when: 'The author’s domain cannot be authenticated.', option: 'unusableAuthor' },
    { rule: 'nul', when: 'The header section has a NUL.', option: 'nul' },
    { rule: 'too-large', when: 'The header section is beyond the limits.', option: 'tooLarge' },
    { rule: 'repeated', when: 'A field that may occur once occurs again.', option: 'repeated' },
    { rule: 'missing-date', when: 'There is no Date field.', option: 'missingDate' },
    { rule: 'missing-message-id', when: 'There is no Message-ID field.', option: 'missingMessageId' },
    { rule: 'control', when: 'The header section has a control character.', option: 'control' },
    { rule: 'bare-line-end', when: 'The header section has a bare CR or LF.', option: 'bareLineEnd' },
    { rule: 'overlong', when: 'A line has more than 998 bytes.', option: 'overlong' },
    { rule: 'eight-bit', when: 'Bytes beyond US-ASCII without SMTPUTF8.', option: 'eightBit' },
    { rule: 'eight-bit-path', when: 'The same in the path of MAIL or RCPT.', option: 'eightBitPath' },
    { rule: 'malformed', when: 'A line is no field, or a field name is malformed.', option: 'malformed' },
  ],
  authenticatedFrom: [
    { rule: 'mismatch', when: 'The account writes as an address that is not its own.', option: 'mismatch' },
  ],
  loop: [
    { rule: 'hops', when: 'The message has more than `max` Received fields.', leadsTo: '5.4.6' },
    { rule: 'own', when: 'More than `own` of them are of this server.', leadsTo: '5.4.6' },
    { rule: 'delivered', when: 'The message was delivered to all its recipients before.', leadsTo: '5.4.6' },
  ],
}
