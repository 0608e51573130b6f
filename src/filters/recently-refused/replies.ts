/** The replies of `recentlyRefused`. */
import type { Reply } from '../../model/decision.ts'
import type { Status } from '../../model/finding.ts'

export const permanentReply = (ref: string): Reply => ({
  code: 554,
  status: '5.7.1',
  text: `Refused by policy ref=${ref}`,
  close: true,
})

export const temporaryReply = (ref: string, text: string): Reply => ({
  code: 421,
  status: '4.7.0',
  text: `${text} ref=${ref}`,
  close: true,
})

/** The status, if it is permanent. */
export const permanentStatus = (status: Status): Extract<Status, `5.${string}`> =>
  status.startsWith('5.') ? (status as Extract<Status, `5.${string}`>) : '5.7.1'
