/** `postern/reports`: reads the reports that others send about mail. */

export { readReports } from './read/read.ts'
export type {
  AuthResult,
  Complaint,
  DmarcRecord,
  DmarcReport,
  OverrideReason,
  PublishedPolicy,
  ReceivedReport,
  TlsFailure,
  TlsPolicy,
  TlsReport,
  Unreadable,
} from './types.ts'
