/**
 * Parameters of MAIL and RCPT: a parameter that was not offered is refused (RFC 5321 §4.1.1.11); smtp-server lets it
 * pass.
 */
import type { SMTPServerAddress, SMTPServerOptions } from './types.ts'

/** The first keyword that was not offered in answer to EHLO. */
export function unknownParameter(
  { args }: SMTPServerAddress,
  command: 'MAIL' | 'RCPT',
  options: SMTPServerOptions,
): string | undefined {
  if (!args) return undefined
  const known = command === 'MAIL' ? mail(options) : options.hideDSN === false ? ['NOTIFY', 'ORCPT'] : []
  return Object.keys(args).find(keyword => !known.includes(keyword))
}

const mail = ({ hideDSN, hideREQUIRETLS, disabledCommands }: SMTPServerOptions): readonly string[] => [
  'SIZE',
  'BODY',
  'SMTPUTF8',
  ...(hideDSN === false ? ['RET', 'ENVID'] : []),
  ...(hideREQUIRETLS === false ? ['REQUIRETLS'] : []),
  ...(disabledCommands?.includes('AUTH') ? [] : ['AUTH']),
]
