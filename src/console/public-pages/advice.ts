/**
 * What the sender of a refused message reads: the class of the problem and what they can do. Fixed texts by the
 * enhanced status code (RFC 3463): nothing of the message, of a rule or of a recipient.
 */

/** Paragraphs for one class. */
export interface Advice {
  readonly title: string
  readonly paragraphs: readonly string[]
}

const AGAIN = 'The mail server of the sender tries again by itself, usually for some days. You need not do anything.'
const ADMINISTRATOR =
  'If you do not run the mail server yourself, send this page to those who do: your provider or administrator.'
const OTHERWISE = 'If the message matters, tell the recipient in another way, and give them the reference below.'

/** By the whole code, or by its first two numbers with `*`. */
const ADVICE: Readonly<Record<string, Advice>> = {
  '4.*': { title: 'The message was not accepted for the moment', paragraphs: [AGAIN, OTHERWISE] },
  '5.1.1': {
    title: 'There is no such recipient',
    paragraphs: ['The address does not exist here. Check how it is written, and send the message again.'],
  },
  '5.1.*': {
    title: 'An address is wrong',
    paragraphs: ['The address of the sender or of the recipient is not valid. Check how both are written.'],
  },
  '5.2.*': {
    title: 'The mailbox does not take the message',
    paragraphs: ['The mailbox of the recipient is full, or takes no mail.', OTHERWISE],
  },
  '5.3.4': {
    title: 'The message is too large',
    paragraphs: ['Send a smaller message: leave attachments out, or share them in another way.'],
  },
  '5.4.6': {
    title: 'The message goes in a circle',
    paragraphs: ['Mail servers forward this message to each other. A forwarding is set up wrongly.', ADMINISTRATOR],
  },
  '5.5.*': {
    title: 'The mail server of the sender made a mistake',
    paragraphs: ['It did not speak the protocol of mail as it has to be spoken.', ADMINISTRATOR],
  },
  '5.6.*': {
    title: 'The message is malformed',
    paragraphs: [
      'The message is not built as mail has to be, so that programs would show it in different ways.',
      'Send it again from another program. If it was sent by a program, its maker has to mend it.',
    ],
  },
  '5.7.20': signed(),
  '5.7.23': {
    title: 'The server may not send for this domain',
    paragraphs: [
      'The domain of the sender says by SPF which servers send its mail. The server that sent this message is not one.',
      'Send through the server of your provider, or let this server be added to the SPF record of the domain.',
      ADMINISTRATOR,
    ],
  },
  '5.7.25': {
    title: 'The name of the server could not be confirmed',
    paragraphs: [
      'The address of the mail server has no name in DNS, or the name does not lead back to the address.',
      ADMINISTRATOR,
    ],
  },
  '5.7.26': signed(),
  '5.7.27': {
    title: 'The domain of the sender takes no mail',
    paragraphs: ['The domain says that it takes no mail, so that this message could not be answered.', ADMINISTRATOR],
  },
  '5.7.*': {
    title: 'The message was refused by policy',
    paragraphs: [
      'The server, the sender or the message looks like mail that is not wanted here. That may be a mistake.',
      'Check that your device has no malicious software, and that your password is known to you alone.',
      OTHERWISE,
      ADMINISTRATOR,
    ],
  },
  '5.*': { title: 'The message was not accepted', paragraphs: [OTHERWISE, ADMINISTRATOR] },
}

function signed(): Advice {
  return {
    title: 'The message does not prove its sender',
    paragraphs: [
      'The domain in From says that its mail is signed by DKIM or sent as SPF says. This message was neither.',
      'Send through the server of your provider. Programs and forms that send for you have to sign for your domain.',
      ADMINISTRATOR,
    ],
  }
}

/** The text for a status; undefined where it is none of a refusal. */
export function adviceFor(status: string): Advice | undefined {
  const [kind = '', subject = ''] = status.split('.')
  if (kind !== '4' && kind !== '5') return undefined
  return ADVICE[status] ?? ADVICE[`${kind}.${subject}.*`] ?? ADVICE[`${kind}.*`]
}
