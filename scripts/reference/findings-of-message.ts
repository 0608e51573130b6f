/** The findings of filters that judge the message. A test compares their ids with the source. */
import type { FindingRow } from './filters.ts'

type Rows = Readonly<Record<string, readonly FindingRow[]>>

/** By factory. */
export const FINDINGS_OF_MESSAGE: Rows = {
  dkim: [
    { rule: 'broken', when: 'There are signatures, and none passes.', option: 'broken' },
    { rule: 'partial', when: 'The passing signatures end before the body does.', option: 'partial' },
    { rule: 'added-field', when: 'A field occurs again, and no signature covers it.', option: 'addedField' },
    { rule: 'uncovered', when: 'No passing signature covers a field that readers see.', option: 'uncovered' },
    { rule: 'too-many', when: 'There are more signatures than are verified.', option: 'tooMany' },
    { rule: 'unsigned', when: 'There is no signature, and SPF does not prove the author.', option: 'unsigned' },
    { rule: 'testing', when: 'A signature passes, and its key says that it is a test (t=y).', leadsTo: 'nothing' },
    { rule: 'unknown', when: 'DNS failed for a key.', leadsTo: 'nothing' },
  ],
  dmarc: [
    { rule: 'reject', when: 'The message fails under p=reject.', option: 'onReject' },
    { rule: 'quarantine', when: 'The message fails under p=quarantine.', option: 'onQuarantine' },
    { rule: 'none', when: 'The message fails under p=none.', option: 'onNone' },
    { rule: 'unclear', when: 'The message has not exactly one author.', option: 'invalidFrom' },
    { rule: 'weak', when: 'It passes only by an SPF record that allows half the Internet.', option: 'permissiveSpf' },
    { rule: 'unaligned', when: 'No policy, and only other organisations are proven.', option: 'unaligned' },
    { rule: 'unknown', when: 'DNS failed, and it matters.', leadsTo: "4.4.3 with `unknown: 'defer'`" },
    { rule: 'forwarded', when: 'It fails, and a trusted forwarder sent it.', leadsTo: 'no refusal' },
    { rule: 'sealed', when: 'It fails, and a trusted sealer says that it passed there.', leadsTo: 'no refusal' },
    {
      rule: 'unknown-client',
      when: 'It fails, and the host does not know the client, which may be a forwarder.',
      leadsTo: 'no refusal',
    },
  ],
  reputation: [
    { rule: 'good', when: 'A proven identity has a good record.', leadsTo: 'at most `good` points less' },
    { rule: 'bad', when: 'A proven identity has a bad record.', leadsTo: 'at most `bad` points' },
    { rule: 'new-domain', when: 'The author’s organisation first wrote today.', option: 'newDomain' },
  ],
  knownSender: [
    { rule: 'sender', when: 'Our users write to the sender, whom SPF proves.', leadsTo: '`points` less' },
    { rule: 'author', when: 'Our users write to the author, whom DMARC proves.', leadsTo: '`points` less' },
  ],
  unexamined: [
    {
      rule: 'beyond-bounds',
      when: 'Something lies beyond a limit of a reader, or took too long to read.',
      option: 'verdict',
    },
    { rule: 'program', when: 'The same, and the unexamined part may contain a program.', leadsTo: '8 points' },
    { rule: 'busy', when: 'No thread was free to read the message.', leadsTo: '4.3.2' },
    { rule: 'words', when: 'The rules for words examined only the beginning of a long text.', leadsTo: 'nothing' },
    { rule: 'attached-text', when: 'The same for an attached text.', leadsTo: 'nothing' },
    { rule: 'pictures', when: 'Pictures were not searched for codes.', leadsTo: 'nothing' },
  ],
  bulk: [
    {
      rule: 'campaign',
      when: 'Unauthenticated senders sent a similar text `threshold` times within `within`.',
      option: 'points',
    },
  ],
  bounce: [
    { rule: 'unsigned', when: 'A bounce to a return path that was not signed here.', option: 'unsigned' },
    { rule: 'foreign', when: 'A bounce returns a message of other domains.', option: 'foreign' },
    { rule: 'claimed', when: 'A bounce returns a message that only claims to be yours.', option: 'claimed' },
  ],
  gtube: [{ rule: '', when: 'The text contains the test string GTUBE.', option: 'verdict' }],
  uribl: [
    { rule: 'listed', when: 'A link leads to a domain that a list contains.', leadsTo: 'the `points` of the zone' },
    { rule: 'unasked', when: 'The message links to more than `max` domains.', leadsTo: 'nothing' },
    { rule: 'error', when: 'A list answers an error code, and is disabled.', leadsTo: 'nothing' },
  ],
  classify: [
    { rule: 'spam', when: 'The message reads like spam.', leadsTo: 'at most `spamPoints` points' },
    { rule: 'ham', when: 'The message reads like honest mail.', leadsTo: 'at most `hamPoints` points less' },
  ],
  opinion: [
    { rule: 'spam', when: 'Your function takes the message for spam.', leadsTo: 'at most `spamPoints` points' },
    { rule: 'ham', when: 'Your function takes it for honest mail.', leadsTo: 'at most `hamPoints` points less' },
  ],
  traps: [],
  clamav: [
    { rule: 'infected', when: 'ClamAV found malware.', option: 'infected' },
    { rule: 'unscannable', when: 'The message can never be scanned completely.', option: 'unscannable' },
  ],
}
