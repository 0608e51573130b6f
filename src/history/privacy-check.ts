/** Checks what a history is to forget of people. */
import { duration, secret } from '../model/checks.ts'
import { type Check, object } from '../model/options.ts'
import type { HistoryPrivacyOptions } from './types.ts'

export const historyPrivacyCheck = (): Check<HistoryPrivacyOptions> =>
  object<HistoryPrivacyOptions>({ shortenAfter: duration({ min: '1h' }), key: secret() }, 'privacy')
