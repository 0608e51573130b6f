/** What the parameters of MAIL and RCPT mean, and which of them are refused. */
import { decodeXtext, type Parameters } from './paths.ts'
import { replies } from './replies.ts'

/** The parameters of MAIL that are understood. */
export interface MailParameters {
  /** Bytes, as the client expects them (RFC 1870). */
  readonly size?: number
  /** RFC 6152. */
  readonly body?: '7BIT' | '8BITMIME'
  /** RFC 6531. */
  readonly utf8: boolean
  /** RFC 3461 §4.3: how much of the message a delivery report returns. */
  readonly ret?: 'FULL' | 'HDRS'
  /** RFC 3461 §4.4: the sender's name for the message, as xtext. */
  readonly envid?: string
}

/** The parameters of RCPT that are understood. */
export interface RcptParameters {
  /** RFC 3461 §4.1: `NEVER`, or a list of `SUCCESS`, `FAILURE`, `DELAY`. */
  readonly notify?: string
  /** RFC 3461 §4.2: the original recipient, as `type;xtext`. */
  readonly orcpt?: string
}

/** A parameter that is not understood, as the line to reply. */
export interface Refused {
  readonly refused: (typeof replies)[keyof typeof replies]
}

/** RFC 1870 §3: up to 20 digits. A size that no number holds is too large for any server. */
const SIZE = /^\d{1,20}$/
const NOTIFY = /^(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2})$/i
const ORCPT = /^[A-Za-z0-9-]{1,32};/

export function readMailParameters(parameters: Parameters, maxSize: number): MailParameters | Refused {
  let read: MailParameters = { utf8: false }
  for (const [name, value = ''] of parameters) {
    switch (name) {
      case 'SIZE':
        if (!SIZE.test(value)) return { refused: replies.badMail }
        if (Number(value) > maxSize) return { refused: replies.tooLarge }
        read = { ...read, size: Number(value) }
        break
      case 'BODY': {
        const body = value.toUpperCase()
        if (body !== '7BIT' && body !== '8BITMIME') return { refused: replies.badMail }
        read = { ...read, body }
        break
      }
      case 'SMTPUTF8':
        if (value !== '') return { refused: replies.badMail }
        read = { ...read, utf8: true }
        break
      case 'RET': {
        const ret = value.toUpperCase()
        if (ret !== 'FULL' && ret !== 'HDRS') return { refused: replies.badMail }
        read = { ...read, ret }
        break
      }
      case 'ENVID':
        if (value.length > 100 || decodeXtext(value) === undefined) return { refused: replies.badMail }
        read = { ...read, envid: value }
        break
      default:
        return { refused: replies.unknownMail }
    }
  }
  return read
}

export function readRcptParameters(parameters: Parameters): RcptParameters | Refused {
  let read: RcptParameters = {}
  for (const [name, value = ''] of parameters) {
    switch (name) {
      case 'NOTIFY':
        if (!NOTIFY.test(value)) return { refused: replies.badRcpt }
        read = { ...read, notify: value.toUpperCase() }
        break
      case 'ORCPT':
        if (!ORCPT.test(value) || decodeXtext(value.replace(ORCPT, '')) === undefined)
          return { refused: replies.badRcpt }
        read = { ...read, orcpt: value }
        break
      default:
        return { refused: replies.unknownRcpt }
    }
  }
  return read
}
