/** What MAIL and RCPT say: a path and parameters that are understood, or the line to refuse the command with. */
import type { Front } from './front.ts'
import {
  type MailParameters,
  type RcptParameters,
  type Refused,
  readMailParameters,
  readRcptParameters,
} from './parameters.ts'
import { readPathArgument } from './paths.ts'
import { replies } from './replies.ts'

export interface Mail {
  readonly reversePath: string
  readonly parameters: MailParameters
}

export interface Rcpt {
  readonly forwardPath: string
  readonly parameters: RcptParameters
}

/** Reads what stands behind `MAIL`. */
export function readMail(rest: Buffer, { size, dsn }: Front): Mail | Refused {
  const argument = readPathArgument(rest, 'FROM')
  if ('malformed' in argument) return { refused: argument.malformed === 'path' ? replies.badSender : replies.badMail }
  const parameters = readMailParameters(argument.parameters, size)
  if ('refused' in parameters) return parameters
  if (!dsn && (parameters.ret ?? parameters.envid) !== undefined) return { refused: replies.unknownMail }
  if (argument.eightBit && !parameters.utf8) return { refused: replies.needsUtf8 }
  return { reversePath: argument.path, parameters }
}

/** Reads what stands behind `RCPT`; `utf8`: MAIL asked for SMTPUTF8. */
export function readRcpt(rest: Buffer, { dsn }: Front, utf8: boolean): Rcpt | Refused {
  const argument = readPathArgument(rest, 'TO')
  if ('malformed' in argument)
    return { refused: argument.malformed === 'path' ? replies.badRecipient : replies.badRcpt }
  const parameters = readRcptParameters(argument.parameters)
  if ('refused' in parameters) return parameters
  if (!dsn && (parameters.notify ?? parameters.orcpt) !== undefined) return { refused: replies.unknownRcpt }
  if (argument.eightBit && !utf8) return { refused: replies.needsUtf8 }
  return { forwardPath: argument.path, parameters }
}
